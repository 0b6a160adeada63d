"""The API: the same actions and queries as the pages, under the same scope."""

from ninja import NinjaAPI

api = NinjaAPI(title="Rempart", version="1", docs_url=None, urls_namespace="api")
