"""The job service as its clients in Python see it: vo-models reads its documents, pyvo carries a job out, and the example of
docs/VO.md works as printed. Called by `cargo xtask vo` with the address of the list of jobs and of docs/VO.md."""

import sys
import urllib.request
from pathlib import Path

import requests
from pyvo.dal import AsyncTAPJob
from vo_models.uws import JobSummary, Jobs, Parameters, Results
from vo_models.uws.models import MultiValuedParameter
from vo_models.uws.types import ExecutionPhase

JOBS, DOCUMENT = sys.argv[1:]
PRINTED = "http://127.0.0.1:6563/vo/uws"


class Given(Parameters):
    """vo-models wants to be told the names of the parameters."""

    parameters: MultiValuedParameter = []

    def __init__(self, **data):
        found = [p for value in data.values() for p in (value if isinstance(value, list) else [value])]
        super(Parameters, self).__init__(parameters=found)


def fetch(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def with_pyvo():
    """A job from its making to its result and its end."""
    parameters = {"SURVEY": "miles", "LOF.N_NEIGHBORS": 50, "RUNID": "by pyvo", "LANG": "ADQL"}
    made = requests.post(JOBS, data=parameters, allow_redirects=False, timeout=30)
    assert made.status_code == 303, made.text
    job = AsyncTAPJob(made.headers["Location"])
    assert job.phase == "PENDING" and job.job.runid == "by pyvo", job.phase
    job.execution_duration = 600
    assert round(job.execution_duration.to_value("s")) == 600
    job.run()
    job.wait(timeout=120)
    job.raise_if_error()
    assert job.phase == "COMPLETED", job.phase
    table = job.fetch_result().to_table()
    assert len(table) > 100 and "lof" in table.colnames, table
    print(f"pyvo: {len(table)} candidates, {len(table.colnames)} columns")
    return job


def with_models(job_url):
    """Every document parses, and says what we know."""
    listed = Jobs.from_xml(fetch(JOBS))
    assert listed.version == "1.1" and job_url in [reference.href for reference in listed.jobref], listed
    job = JobSummary[Given].from_xml(fetch(job_url))
    assert job.phase == ExecutionPhase.COMPLETED and job.run_id == "by pyvo", job
    assert job.execution_duration == 600 and job.creation_time <= job.end_time and job.owner_id is None, job
    names = {parameter.id: str(parameter.value) for parameter in job.parameters.parameters}
    assert names == {"SURVEY": "miles", "LOF.N_NEIGHBORS": "50"}, names
    results = Results.from_xml(fetch(f"{job_url}/results"))
    assert [result.id for result in results.results][:2] == ["result", "candidates.parquet"], results
    for result in results.results:
        found = len(fetch(result.href))
        assert found > 0 and result.size in (None, found), result
    print(f"vo-models: {len(listed.jobref)} jobs, {len(names)} parameters, {len(results.results)} results")


def with_errors():
    """A job that makes no sense fails as pyvo expects it."""
    made = requests.post(JOBS, data={"SURVEY": "nowhere", "PHASE": "RUN"}, allow_redirects=False, timeout=30)
    job = AsyncTAPJob(made.headers["Location"])
    job.wait(timeout=60)
    try:
        job.raise_if_error()
    except Exception as error:
        assert "nowhere" in str(error), error
        print(f"pyvo: {error}")
    else:
        raise AssertionError("a job on a survey that is not there did not fail")
    job.delete()


def with_document():
    """The example of the document, as printed but for the address."""
    text = Path(DOCUMENT).read_text(encoding="utf-8")
    blocks = [rest.split("```")[0] for rest in text.split("```python\n")[1:]]
    assert blocks, "docs/VO.md has lost its example"
    for block in blocks:
        exec(compile(block.replace(PRINTED, JOBS), DOCUMENT, "exec"), {})


done = with_pyvo()
made = done.url
with_models(made)
with_errors()
with_document()
done.delete()
assert requests.get(made, timeout=30).status_code == 404
