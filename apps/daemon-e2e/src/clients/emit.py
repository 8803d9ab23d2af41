"""Sends what a small job of somebody's own would: its start, a failure or an end, with the columns that it makes."""
import sys
from datetime import datetime, timezone

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset, sql_job
from openlineage.client.uuid import generate_new_uuid

job_name, namespace, source, target, *ends = sys.argv[1:]
run = Run(runId=str(generate_new_uuid()))
job = Job(
    namespace="python",
    name=job_name,
    facets={"sql": sql_job.SQLJobFacet(query=f"insert into {target} select * from {source}")},
)
field = column_lineage_dataset.InputField(namespace=namespace, name=source, field="id")
inputs = [InputDataset(namespace=namespace, name=source)]
outputs = [
    OutputDataset(
        namespace=namespace,
        name=target,
        facets={
            "schema": schema_dataset.SchemaDatasetFacet(
                fields=[schema_dataset.SchemaDatasetFacetFields(name="copied_id", type="int4")]
            ),
            "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(
                fields={"copied_id": column_lineage_dataset.Fields(inputFields=[field])}
            ),
        },
    )
]

client = OpenLineageClient()
failures = 0
for state in [RunState.START, *(RunState[end] for end in ends or ["COMPLETE"])]:
    event = RunEvent(
        eventType=state,
        eventTime=datetime.now(timezone.utc).isoformat(),
        run=run,
        job=job,
        producer="https://example.org/e2e",
        inputs=inputs,
        outputs=outputs,
    )
    try:
        client.emit(event)
    except Exception as error:  # As senders do: their work goes on without lineage.
        failures += 1
        print(f"{state}: {type(error).__name__}: {error}", file=sys.stderr)
client.close(30)
print(run.runId)
sys.exit(1 if failures else 0)
