"""Reranking by TypeSafe's Jev, which answers one yes-or-no question for each document."""

from __future__ import annotations

from typing import Any

from sprat.model import _http
from sprat.model._service import Service, ServiceOptions
from sprat.model._service import api_key as _key
from sprat.model.reranker._rerank import Scored, ServiceRerankFunction

API_URL = "https://api.typesafe.ai/v1"


class JevRerankFunction(ServiceRerankFunction):
    """Reranking by Jev: the score is the probability that a document is evidence for the query.

    Parameters
    ----------
    model_name : str, default "jev-latest"
    api_key : str, optional
        The default is the environment's ``TYPESAFE_API_KEY``.
    api_url : str
        Where the service is; ``/systemone`` is added.
    options : ServiceOptions, optional

    Notes
    -----
    A document that the answer says nothing of is left out of the results.
    """

    _silent = True

    def __init__(
        self,
        model_name: str = "jev-latest",
        api_key: str | None = None,
        *,
        api_url: str = API_URL,
        options: ServiceOptions | None = None,
    ) -> None:
        wire = _http.wire("Jev", "jev", 1000, 10_000_000)
        key = _key(api_key, "TYPESAFE_API_KEY")
        headers = {"Authorization": f"Bearer {key}"}
        self._service, self.client, self._aclient = _http.open_service(Service(wire, options, key), headers)
        self.model_name = model_name
        self._url = _http.endpoint(api_url, "systemone")

    def _send(self, client: Any, query: str, documents: list[str], top_k: int | None) -> Any:
        questions = {
            f"d{position}": {
                "type": "noul",
                "instructions": f"Document: {document} "
                "— Does this document provide evidence relevant to the claim?",
            }
            for position, document in enumerate(documents)
        }
        state = f"Scientific claim: {query}"
        return client.post(self._url, json={"state": state, "model": self.model_name, "questions": questions})

    def _scored(self, answer: Any) -> Scored:
        answers = _http.answer(answer, "answers")
        scored = [
            (int(name[1:]), given["noul"]) for name, given in answers.items() if given.get("noul") is not None
        ]
        return sorted(sorted(scored), key=lambda pair: pair[1], reverse=True)
