import { canonicalJson } from '@idaemon/contracts';
import type { EventType } from '../event.js';
import { compareTexts } from '../event-time.js';
import { mergeFacets } from './facets.js';
import type {
  KnownDataset,
  KnownFormerName,
  KnownJob,
  KnownParentJob,
  KnownRun,
  KnownStaticUses,
  KnownUse,
  KnownUses,
} from './known.js';
import { earlier, joinedIfSet, later, merged } from './merged.js';

/** FAIL and ABORT stay whatever comes: Spark sends COMPLETE some milliseconds after the FAIL of the same run. */
const states: readonly EventType[] = ['START', 'OTHER', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL'];
const firstEndState = states.indexOf('COMPLETE');
const maxFormerNames = 8;

export function mergeJob(a: KnownJob, b: KnownJob): KnownJob {
  const joined: KnownJob = {
    namespace: a.namespace,
    name: a.name,
    facets: mergeFacets(a.facets, b.facets),
    firstSeen: earlier(a.firstSeen, b.firstSeen),
    lastSeen: later(a.lastSeen, b.lastSeen),
  };
  const parent = joinedIfSet(a.parent, b.parent, newer);
  const root = joinedIfSet(a.root, b.root, newer);
  const staticInputs = joinedIfSet(a.staticInputs, b.staticInputs, newerStaticUses);
  const staticOutputs = joinedIfSet(a.staticOutputs, b.staticOutputs, newerStaticUses);
  if (parent) joined.parent = parent;
  if (root) joined.root = root;
  if (staticInputs) joined.staticInputs = staticInputs;
  if (staticOutputs) joined.staticOutputs = staticOutputs;
  return joined;
}

export function mergeRun(a: KnownRun, b: KnownRun): KnownRun {
  const { state, stateTime } = greaterState(a, b);
  const joined: KnownRun = {
    runId: a.runId,
    job: newer(a.job, b.job),
    facets: mergeFacets(a.facets, b.facets),
    state,
    stateTime,
    firstEventTime: earlier(a.firstEventTime, b.firstEventTime),
    lastEventTime: later(a.lastEventTime, b.lastEventTime),
    inputs: mergeUses(a.inputs, b.inputs),
    outputs: mergeUses(a.outputs, b.outputs),
  };
  const startedAt = joinedIfSet(a.startedAt, b.startedAt, earlier);
  const parentRun = joinedIfSet(a.parentRun, b.parentRun, newer);
  const rootRun = joinedIfSet(a.rootRun, b.rootRun, newer);
  if (startedAt !== undefined) joined.startedAt = startedAt;
  if (isEnded(state)) joined.endedAt = stateTime;
  if (parentRun) joined.parentRun = parentRun;
  if (rootRun) joined.rootRun = rootRun;
  return joined;
}

export function mergeDataset(a: KnownDataset, b: KnownDataset): KnownDataset {
  return {
    namespace: a.namespace,
    name: a.name,
    facets: mergeFacets(a.facets, b.facets),
    formerNames: newestNames(merged(a.formerNames, b.formerNames, newer)),
    firstSeen: earlier(a.firstSeen, b.firstSeen),
    lastSeen: later(a.lastSeen, b.lastSeen),
  };
}

export function mergeUses(a: KnownUses, b: KnownUses): KnownUses {
  return merged(a, b, mergeUse);
}

export function isEnded(state: EventType): boolean {
  return states.indexOf(state) >= firstEndState;
}

function mergeUse(a: KnownUse, b: KnownUse): KnownUse {
  if (a === b) return a;
  const facets = mergeFacets(a.facets, b.facets);
  if (facets === a.facets && a.lastSeen >= b.lastSeen) return a;
  return { ...a, facets, lastSeen: later(a.lastSeen, b.lastSeen) };
}

function greaterState(a: KnownRun, b: KnownRun): KnownRun {
  const difference = states.indexOf(a.state) - states.indexOf(b.state);
  if (difference !== 0) return difference > 0 ? a : b;
  return a.stateTime >= b.stateTime ? a : b;
}

/** By time; at the same time by what they say, so that no order of events matters. */
function newer<T extends KnownParentJob | KnownFormerName>(a: T, b: T): T {
  if (a.time !== b.time) return a.time > b.time ? a : b;
  return a === b || canonicalJson(a) >= canonicalJson(b) ? a : b;
}

function newerStaticUses(a: KnownStaticUses, b: KnownStaticUses): KnownStaticUses {
  if (a.time !== b.time) return a.time > b.time ? a : b;
  return a === b || canonicalJson(a) >= canonicalJson(b) ? a : b;
}

function newestNames(names: Record<string, KnownFormerName>): Record<string, KnownFormerName> {
  const entries = Object.entries(names);
  if (entries.length <= maxFormerNames) return names;
  entries.sort(([keyA, a], [keyB, b]) => compareTexts(b.time, a.time) || compareTexts(keyB, keyA));
  return Object.fromEntries(entries.slice(0, maxFormerNames));
}
