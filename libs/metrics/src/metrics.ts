/**
 * Every metric of the product. Prometheus conventions: base units in the name, `_total` for counters, labels with few
 * values (never a connector, an element or a subject). A metric shows once its app has used it.
 */
export const metricTable = {
  gatewayRequestDuration: {
    type: 'histogram',
    name: 'idaemon_gateway_request_duration_seconds',
    help: 'Time to answer a request, by operation and outcome (ok or an error code).',
    labels: ['operation', 'outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
  },
  gatewayRequestsUnderWay: {
    type: 'gauge',
    name: 'idaemon_gateway_requests_under_way',
    help: 'Requests that are being answered now, by pool.',
    labels: ['pool'],
  },
  gatewaySessions: {
    type: 'gauge',
    name: 'idaemon_gateway_sessions',
    help: 'Sync sessions that this replica holds now.',
    labels: [],
  },
  gatewayBatches: {
    type: 'counter',
    name: 'idaemon_gateway_batches_total',
    help: 'Batches of sync sessions that were committed.',
    labels: [],
  },
  gatewayElementChanges: {
    type: 'counter',
    name: 'idaemon_gateway_element_changes_total',
    help: 'Elements by what sessions and single changes did to them: created, updated, removed, unchanged, failed, held.',
    labels: ['change'],
  },
  gatewayRuns: {
    type: 'counter',
    name: 'idaemon_gateway_runs_total',
    help: 'Runs that ended at this replica, by outcome.',
    labels: ['outcome'],
  },
  gatewayRows: {
    type: 'gauge',
    name: 'idaemon_gateway_rows',
    help: "Rows of a table of the embedded store, as Postgres' statistics estimate them.",
    labels: ['table'],
  },
  gatewayFeedPosition: {
    type: 'gauge',
    name: 'idaemon_gateway_feed_position',
    help: 'Newest position of the change feed.',
    labels: [],
  },
  gatewayRetention: {
    type: 'gauge',
    name: 'idaemon_gateway_retention_seconds',
    help: 'How long rows of a table are kept.',
    labels: ['table'],
  },
  gatewayOldestRow: {
    type: 'gauge',
    name: 'idaemon_gateway_oldest_row_timestamp_seconds',
    help: 'When the oldest row of a table that is kept for a time was written.',
    labels: ['table'],
  },
  gatewayPrunedRows: {
    type: 'counter',
    name: 'idaemon_gateway_pruned_rows_total',
    help: 'Rows that retention removed, by table.',
    labels: ['table'],
  },
  gatewayPruneFailures: {
    type: 'counter',
    name: 'idaemon_gateway_prune_failures_total',
    help: 'Rounds of the retention job that failed; the next round tries again.',
    labels: [],
  },
  daemonIsLeader: {
    type: 'gauge',
    name: 'idaemon_daemon_leader',
    help: 'Is 1 at the replica that decides on ownership, 0 at the others.',
    labels: [],
  },
  daemonInstances: {
    type: 'gauge',
    name: 'idaemon_daemon_instances',
    help: 'Instances of integration services by their condition: active, draining, quiet; at the leader only.',
    labels: ['service', 'condition'],
  },
  daemonConnectors: {
    type: 'gauge',
    name: 'idaemon_daemon_connectors',
    help: 'Connectors (shards) that shall be with an instance: owned, leaving or unassigned; at the leader only.',
    labels: ['service', 'ownership'],
  },
  daemonMoves: {
    type: 'counter',
    name: 'idaemon_daemon_moves_total',
    help: 'Changes of ownership: assigned, taken-back, orphaned (its instance died), overdue (not let go in time).',
    labels: ['change'],
  },
  daemonTickDuration: {
    type: 'histogram',
    name: 'idaemon_daemon_tick_duration_seconds',
    help: 'Time that the leader takes to compare what is wanted with what is owned and to act on it.',
    labels: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  daemonHeartbeatDuration: {
    type: 'histogram',
    name: 'idaemon_daemon_heartbeat_duration_seconds',
    help: 'Time to answer a heartbeat.',
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 3],
  },
  daemonRequestDuration: {
    type: 'histogram',
    name: 'idaemon_daemon_request_duration_seconds',
    help: 'Time to answer a REST request, by operation and outcome (ok, refused or failed).',
    labels: ['operation', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  },
  daemonRuns: {
    type: 'counter',
    name: 'idaemon_daemon_runs_total',
    help: 'Run reports that were collected from gateways, by outcome.',
    labels: ['outcome'],
  },
  daemonRetention: {
    type: 'gauge',
    name: 'idaemon_daemon_retention_seconds',
    help: 'How long rows of a table are kept.',
    labels: ['table'],
  },
  daemonPrunedRows: {
    type: 'counter',
    name: 'idaemon_daemon_pruned_rows_total',
    help: 'Rows that retention removed, by table.',
    labels: ['table'],
  },
  integratorConnectors: {
    type: 'gauge',
    name: 'idaemon_integrator_connectors',
    help: 'Connector instances that this process runs, by state.',
    labels: ['state'],
  },
  integratorHeartbeats: {
    type: 'counter',
    name: 'idaemon_integrator_heartbeats_total',
    help: 'Heartbeats by outcome: answered, confirmed (by the gateway, while the daemon is away) or failed.',
    labels: ['outcome'],
  },
  integratorRefreshes: {
    type: 'gauge',
    name: 'idaemon_integrator_refreshes',
    help: 'Refreshes by stage: under_way, or waiting for a slot.',
    labels: ['stage'],
  },
  integratorRefreshDelay: {
    type: 'histogram',
    name: 'idaemon_integrator_refresh_delay_seconds',
    help: 'Time from when a refresh was due to its start.',
    labels: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
  },
  integratorRuns: {
    type: 'counter',
    name: 'idaemon_integrator_runs_total',
    help: 'Runs that ended here, by outcome.',
    labels: ['outcome'],
  },
  integratorRunDuration: {
    type: 'histogram',
    name: 'idaemon_integrator_run_duration_seconds',
    help: 'Time from the start to the end of a run.',
    labels: [],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200],
  },
  integratorDroppedReports: {
    type: 'counter',
    name: 'idaemon_integrator_dropped_reports_total',
    help: 'Run reports that were dropped since too many waited for a gateway that was away.',
    labels: [],
  },
  integratorChangeGaps: {
    type: 'counter',
    name: 'idaemon_integrator_change_gaps_total',
    help: 'Times that a connector was given all elements anew, since it was away for longer than changes are kept.',
    labels: [],
  },
  lineageEvents: {
    type: 'counter',
    name: 'idaemon_lineage_events_received_total',
    help: 'Events by kind, type and what became of them: accepted, malformed, invalid or forbidden.',
    labels: ['kind', 'event_type', 'result'],
  },
  lineageRequestDuration: {
    type: 'histogram',
    name: 'idaemon_lineage_request_duration_seconds',
    help: 'Time to answer a request with events, by endpoint (single or batch) and status code.',
    labels: ['endpoint', 'code'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  lineageEventSize: {
    type: 'histogram',
    name: 'idaemon_lineage_event_size_bytes',
    help: 'Size of events after decompression.',
    labels: [],
    buckets: [512, 1_024, 2_048, 4_096, 16_384, 65_536, 262_144, 1_048_576, 10_485_760],
  },
  lineageIssues: {
    type: 'counter',
    name: 'idaemon_lineage_validation_issues_total',
    help: 'What is wrong with events (error) or only odd (warning), by the rule that says so.',
    labels: ['severity', 'code'],
  },
  lineageDuplicates: {
    type: 'counter',
    name: 'idaemon_lineage_duplicates_total',
    help: 'Events that were in the log already: answered as before, kept once.',
    labels: [],
  },
  lineageCommitEvents: {
    type: 'histogram',
    name: 'idaemon_lineage_commit_events',
    help: 'Events that were committed at once.',
    labels: [],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024],
  },
  lineageHeldBytes: {
    type: 'gauge',
    name: 'idaemon_lineage_held_bytes',
    help: 'Bytes of requests that are not yet answered; beyond the limit requests are refused.',
    labels: [],
  },
  lineageLogBytes: {
    type: 'gauge',
    name: 'idaemon_lineage_log_bytes',
    help: 'Bytes of the events that the log keeps.',
    labels: [],
  },
  lineageOldestEvent: {
    type: 'gauge',
    name: 'idaemon_lineage_oldest_event_timestamp_seconds',
    help: 'When the oldest event of the log was received.',
    labels: [],
  },
  lineageRetention: {
    type: 'gauge',
    name: 'idaemon_lineage_retention_seconds',
    help: 'How long events are kept.',
    labels: [],
  },
  lineagePrunedEvents: {
    type: 'counter',
    name: 'idaemon_lineage_pruned_events_total',
    help: 'Events that retention removed from the log.',
    labels: [],
  },
  lineageFoldedEvents: {
    type: 'counter',
    name: 'idaemon_lineage_folded_events_total',
    help: 'Events that this replica has merged into what is known, by outcome: folded, dead_letter.',
    labels: ['outcome'],
  },
  lineageFoldBacklog: {
    type: 'gauge',
    name: 'idaemon_lineage_fold_backlog_positions',
    help: 'Positions of the log that are not yet folded, of all streams.',
    labels: [],
  },
  lineageToCatalogue: {
    type: 'gauge',
    name: 'idaemon_lineage_entities_to_catalogue',
    help: 'Jobs, runs and datasets that have changed since they were catalogued.',
    labels: ['entity'],
  },
  lineageDeliveries: {
    type: 'counter',
    name: 'idaemon_lineage_deliveries_total',
    help: 'Events handed to connectors here, by outcome: delivered, parked, dead_letter.',
    labels: ['outcome'],
  },
  lineageParkedEvents: {
    type: 'gauge',
    name: 'idaemon_lineage_parked_events',
    help: 'Events that wait for their next try, or behind one of their run, of all connectors.',
    labels: [],
  },
  lineageDeadLetters: {
    type: 'gauge',
    name: 'idaemon_lineage_dead_letters',
    help: 'Events that were given up, by who did: fold, dispatch.',
    labels: ['kind'],
  },
  lineageGapEvents: {
    type: 'counter',
    name: 'idaemon_lineage_gap_events_total',
    help: 'Events that retention removed before their reader had them, by reader: fold, listener.',
    labels: ['reader'],
  },
} as const satisfies Record<string, MetricRow>;

/** A line of the table; `buckets` are upper bounds in the unit of the name. */
export interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: `idaemon_${string}`;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}
