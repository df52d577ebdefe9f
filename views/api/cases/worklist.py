"""Worklist endpoint: the officer's own open steps."""

from flask import Response
from flask_appbuilder.api import BaseApi, expose

from app.access.current_person import current_person
from app.core.clock import utc_now
from app.worklists.inbox import my_open_steps
from app.worklists.work_counts import count_my_steps
from views.api.cases import representation as show
from views.api.cases.contracts import WORKLIST
from views.api.http.access import answer, needs
from views.api.http.contract import declared
from views.api.http.paging import link_pages, page_of_request


class WorklistApi(BaseApi):
    """Endpoint that returns the calling officer's open steps, ordered by deadline."""

    resource_name = "worklist"
    class_permission_name = "Worklist"
    openapi_spec_tag = "Worklist"

    @expose("/", methods=["GET"])
    @declared(WORKLIST)
    @needs("can_read", "Worklist")
    def get_list(self) -> Response:
        size, page = page_of_request()
        person, now = current_person(), utc_now()
        counts = count_my_steps(person, now)
        tasks = my_open_steps(person, size, page * size)
        shown = []
        for task in tasks:
            row = task.complaint
            case = {"id": row.id, "number": row.number, "title": row.title, "status": row.status}
            shown.append({**show.open_step(task, now), "complaint": {**case, "version": row.version}})
        response = answer(shown, count=counts["all"], counts=counts)
        link_pages(response, page, size, counts["all"])
        return response
