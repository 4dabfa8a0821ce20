"""Where Rasa pulls the champion from: the archive that the pointer names, by ETag, for who knows the secret."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from shop.channel_secret import shows_secret
from shop.errors import AisleError
from shop.settings import Settings
from shop.tables import ModelVersion
from shop.unit_of_work import Database
from training.models import archive_of, archives, champion

logger = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@router.get("/internal/model")
def serve_champion(request: Request) -> Response:
    """200 with the archive, 304 where the asker has it already, 404 where there is none yet or it may not be served.

    Rasa keeps the model that it has after every answer but 200.
    """
    settings: Settings = request.app.state.gateway.settings
    database: Database = request.app.state.gateway.database
    if not shows_secret(request.headers, settings.channel_secret):
        return Response(status_code=403)
    with database.read() as unit:
        model: ModelVersion | None = champion(unit.session)
    if model is None:
        return Response(status_code=404)
    etag = f'"{model.archive_sha256}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    archive = archive_of(model, settings)
    try:
        archives.check(archive, model.archive_sha256, model.signature, settings)
    except AisleError as error:
        logger.error("The champion, model %s, is not served: %s", model.id, error)
        return Response(status_code=404)
    headers = {"ETag": etag, "filename": archive.name}
    return FileResponse(archive, media_type="application/gzip", headers=headers)
