"""Proposals: what a model, or without one the matcher, would fill in for a step. Nothing here acts on anything.

    propose.py    the activity `holdfast.propose`: a question in, an answer out
    sight.py      what the acting person may not see is taken out before anything is told
    prompt.py     what is told and asked, with all that is data between marks that its authors cannot know
    envelope.py   the JSON Schema of an answer, also as strictly as some servers want it
    files.py      pictures and PDFs that go along, within limits; pdf_text.py reads PDFs in a child process
    provider.py   one request to a model's API, in one of three styles; what its failures mean; replies.py: what came
    breaker.py    a server that does not answer is left alone for a while
    transport.py  how much may come back, and from where
    reading.py    an answer's text to values: parsed, coerced as fields do, held against our own schema
    asking.py     ask, read, and ask again with what was wrong; every request paid for before it is made
    settings.py   what an installation may set; ports.py: what it needs from outside

A model's answer is data. It can say which of the offered values it would take, and nothing else: what is offered is
fixed by the definition before any text of a record is read, every value is held against a schema of ours, and what
becomes of it is decided by the engine and by people.
"""

from activities.ai.ports import Budget, FileInfo, Files, Tools
from activities.ai.propose import Model, Proposer, propose_activity
from activities.ai.settings import AiSettings

__all__ = ["AiSettings", "Budget", "FileInfo", "Files", "Model", "Proposer", "Tools", "propose_activity"]
