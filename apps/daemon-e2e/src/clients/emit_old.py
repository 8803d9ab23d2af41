"""The same by a client of the first version of the specification (1-0-5)."""
import sys
import uuid
from datetime import datetime, timezone

from openlineage.client import OpenLineageClient
from openlineage.client.facet import SchemaDatasetFacet, SchemaField, SqlJobFacet
from openlineage.client.run import InputDataset, Job, OutputDataset, Run, RunEvent, RunState

job_name, namespace, source, target = sys.argv[1:]
client = OpenLineageClient.from_environment()
run = Run(runId=str(uuid.uuid4()))
job = Job(namespace="python", name=job_name, facets={"sql": SqlJobFacet(query="select 1")})
schema = SchemaDatasetFacet(fields=[SchemaField(name="id", type="int4")])
for state in (RunState.START, RunState.COMPLETE):
    client.emit(
        RunEvent(
            state,
            datetime.now(timezone.utc).isoformat(),
            run,
            job,
            "https://example.org/e2e",
            [InputDataset(namespace, source)],
            [OutputDataset(namespace, target, facets={"schema": schema})],
        )
    )
print(run.runId)
