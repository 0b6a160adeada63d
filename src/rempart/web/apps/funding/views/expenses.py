"""The ledger of expenses."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from rempart.web.apps.accounts.access import person
from rempart.web.apps.funding import actions, queries
from rempart.web.apps.funding.forms import ExpenseForm, RemoveForm, expense_values
from rempart.web.apps.funding.rules import named
from rempart.web.apps.funding.standing import window_words
from rempart.web.apps.funding.states import State
from rempart.web.apps.funding.views.common import base, file_of
from rempart.web.core.errors import Refused
from rempart.web.core.policy import needs
from rempart.web.core.scope import Act


@needs(Act.SEE_FINDINGS)
@require_safe
def ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """The expenses beside the period and the ceiling."""
    file = file_of(request, pk)
    context = base(request, file)
    programme = context["programme"]
    days = named(programme, file.dates)
    window = window_words(programme.expenses_since, programme.expenses_until, days)
    is_open = programme.expenses_until in days and days[programme.expenses_until] is None
    context |= {"is_open": is_open and file.state == State.PREPARING}
    context |= {
        "ledger": queries.ledger_of(file, context["today"]),
        "window": window.removeprefix("datée "),
    }
    return render(request, "funding/expenses.html", context)


@needs(Act.EDIT_CARE_FILE)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an expense."""
    file = file_of(request, pk, Act.EDIT_CARE_FILE)
    context = base(request, file)
    data = request.POST if request.method == "POST" else None
    form = ExpenseForm(data, programme=context["programme"])
    if form.is_valid():
        try:
            made = actions.add_expense(file=file, spent=form.spent(), by=person(request))
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, f"« {made.label} » est au dossier : joignez sa facture.")
            return redirect("care_file_expenses", pk)
    context |= {"form": form, "title": "Ajouter une dépense"}
    return render(request, "funding/expense.html", context, status=422 if form.errors else 200)


@needs(Act.EDIT_CARE_FILE)
def edit(request: HttpRequest, pk: int, expense: int) -> HttpResponse:
    """Correct an expense."""
    file = file_of(request, pk, Act.EDIT_CARE_FILE)
    found = queries.expense_or_404(file, expense)
    context = base(request, file)
    data = request.POST if request.method == "POST" else None
    form = ExpenseForm(data, programme=context["programme"], initial=expense_values(found))
    if form.is_valid():
        seen = form.cleaned_data["seen"] or 0
        try:
            actions.change_expense(expense=found, spent=form.spent(), seen=seen, by=person(request))
        except Refused as fault:
            form.add_error(None, str(fault))
        else:
            return redirect("care_file_expenses", pk)
    context |= {
        "form": form,
        "title": "Corriger la dépense",
        "expense": found,
        "remove_form": RemoveForm(),
    }
    return render(request, "funding/expense.html", context, status=422 if form.errors else 200)


@needs(Act.EDIT_CARE_FILE)
@require_POST
def remove(request: HttpRequest, pk: int, expense: int) -> HttpResponse:
    """Take an expense out."""
    file = file_of(request, pk, Act.EDIT_CARE_FILE)
    found = queries.expense_or_404(file, expense)
    actions.remove_expense(expense=found, reason=request.POST.get("reason", ""), by=person(request))
    messages.success(request, f"« {found.label} » n’est plus au dossier.")
    return redirect("care_file_expenses", pk)
