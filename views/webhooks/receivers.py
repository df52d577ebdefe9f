"""Webhook endpoints and their messages, read-only and without secrets."""

from dataclasses import dataclass

from flask import abort, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.current_person import may
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.identifiers import LARGEST_ID
from app.models import WebhookEndpoint
from app.webhooks.labels import DISABLED_FOR, MESSAGE_STATES, TRY_FAULTS
from app.webhooks.receivers import all_endpoints, count_messages, find_endpoint, find_message, messages_of, numbers_of
from views.shared.list_address import PAGE_SIZE, Pages
from views.shared.screen_access import for_officers

PATH = "/sp4n/webhook"
LAST_PAGE = 10**6


@dataclass(frozen=True)
class Log:
    """A value object: the filter of an endpoint's message list, with state (None: all) and page from 1.

    Invalid parameters become the first page of all messages.
    """

    state: str | None
    page: int

    def url(self, endpoint_id: int, page: int = 1, state: str | None = None) -> str:
        parts = [f"status={state}"] if state else []
        parts += [f"hal={page}"] if page > 1 else []
        return f"{PATH}/{endpoint_id}" + ("?" + "&".join(parts) if parts else "")


class WebhookView(BaseView):
    """Screens of webhook endpoints and messages, for users who may read the SP4N exchange.

    Changes are made in `WebhookManageView`.
    """

    route_base = PATH
    default_view = "list"
    class_permission_name = "Sync"
    base_permissions = permissions_on("Sync")

    @expose("/")
    @for_officers("can_read", "Sync")
    def list(self) -> str:
        """Show the page of all webhook endpoints with their numbers of waiting and parked messages."""
        return render_template(
            "webhooks/list.html",
            title=gettext("Webhook"),
            lines=all_endpoints(),
            reasons=DISABLED_FOR,
            manages=may("can_manage", "Webhook"),
            shown_url=shown_url,
            now=utc_now(),
        )

    @expose("/<int:endpoint_id>")
    @for_officers("can_read", "Sync")
    def show(self, endpoint_id: int) -> str:
        """Show the page of a webhook endpoint with its messages, newest first; 404 for an unknown endpoint."""
        endpoint, state, page = known_endpoint(endpoint_id), request.args.get("status"), request.args.get("hal", "1")
        readable = page.isascii() and page.isdigit() and 0 < int(page[:7]) <= LAST_PAGE
        log = Log(state if state in MESSAGE_STATES else None, int(page[:7]) if readable else 1)
        count = count_messages(endpoint.id, log.state)
        pages = Pages(min(log.page, Pages(1, count).last_page), count)
        messages = messages_of(endpoint.id, log.state, PAGE_SIZE, pages.offset)
        return render_template(
            "webhooks/show.html",
            title=endpoint.name,
            endpoint=endpoint,
            messages=messages,
            numbers=numbers_of(messages),
            log=log,
            pages=pages,
            states=MESSAGE_STATES,
            faults=TRY_FAULTS,
            reasons=DISABLED_FOR,
            manages=may("can_manage", "Webhook"),
            shown_url=shown_url,
            now=utc_now(),
        )

    @expose("/<int:endpoint_id>/kiriman/<int:message_id>")
    @for_officers("can_read", "Sync")
    def message(self, endpoint_id: int, message_id: int) -> str:
        """Show a webhook message's page with its attempts and the last response's start; 404 for an unknown message."""
        endpoint = known_endpoint(endpoint_id)
        message = find_message(endpoint.id, message_id) if message_id <= LARGEST_ID else None
        if message is None:
            abort(404)
        return render_template(
            "webhooks/message.html",
            title=gettext("Kiriman webhook"),
            endpoint=endpoint,
            message=message,
            number=numbers_of([message]).get(message.complaint_id or 0),
            states=MESSAGE_STATES,
            faults=TRY_FAULTS,
            manages=may("can_manage", "Webhook"),
            now=utc_now(),
        )


def known_endpoint(endpoint_id: int) -> WebhookEndpoint:
    """Return the webhook endpoint with this id; aborts with 404 if there is none."""
    endpoint = find_endpoint(endpoint_id) if endpoint_id <= LARGEST_ID else None
    return endpoint or abort(404)


def shown_url(endpoint: WebhookEndpoint) -> str:
    """Return the endpoint's URL (text) as this user may see it.

    Its query, which may contain a key, is hidden from users who do not manage webhooks.
    """
    place, question, _ = endpoint.url.partition("?")
    return endpoint.url if not question or may("can_manage", "Webhook") else f"{place}?…"
