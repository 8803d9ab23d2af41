import { errorCodes, type ConnectorConfiguration, type ConnectorStatus } from '@idaemon/contracts';
import { countsText, durationText, relativeTime } from './output.js';

/** A connector as REST answers it. */
export type ConnectorResource = ConnectorConfiguration & { revision: number; description?: string };

/** What it does, how it is, what comes next: for people who did not build it. */
export function explainConnector(connector: ConnectorResource, status: ConnectorStatus, now: Date): string[] {
  return [...whatItDoes(connector), ...howItIs(status, now), ...whatIsNext(connector, status, now)];
}

function whatItDoes({
  name,
  connector,
  service,
  synchronization,
  gateway,
  schedule,
  metadataSource,
  removal,
}: ConnectorResource): string[] {
  const directions = {
    'from-third-party': 'reads its source and keeps open metadata true to it',
    'to-third-party': 'reads open metadata and keeps its third party true to it',
    'both-directions': 'keeps its third party and open metadata true to each other',
  };
  const rhythm = schedule?.every
    ? `every ${schedule.every}`
    : schedule?.cron
      ? `by the cron expression ${schedule.cron}`
      : 'only when asked';
  return [
    `${name} is a connector of the kind ${connector}, run by the ${service}. It ${directions[synchronization]}, ${rhythm}.`,
    `What it catalogues goes to the gateway ${gateway}, under the source ${metadataSource?.qualifiedName ?? name}.`,
    `When more than ${removal.maxPercent} % of a part (and at least ${removal.minElements} elements) would be removed, it waits for a person.`,
  ];
}

function howItIs({ state, since, owner, lastRun, error, wanted }: ConnectorStatus, now: Date): string[] {
  const texts = {
    unassigned: 'No instance runs it now.',
    starting: 'It is starting.',
    running: `It is running${owner ? ` on ${owner}` : ''}.`,
    waiting: 'Something that it needs is away or refuses it; it tries again by itself.',
    paused: 'It is paused: somebody asked for that.',
    stopped: 'It is stopped: somebody asked for that.',
    failed: 'It cannot go on without a person.',
    stuck: 'Its code does not stop when told to; its instance will be restarted.',
  };
  const lines = [`${texts[state]} (${state} for ${durationSince(since, now)}, wanted: ${wanted})`];
  if (lastRun)
    lines.push(
      `Its last run ended ${relativeTime(lastRun.endedAt, now)}: ${lastRun.outcome}; ${countsText(lastRun.counts)}.`,
    );
  else lines.push('It has not finished a run yet.');
  if (error) lines.push(`The reason: ${error.message}`);
  return lines;
}

function whatIsNext({ name, schedule }: ConnectorResource, status: ConnectorStatus, now: Date): string[] {
  const { error, lastRun, state, nextTryAt, nextRefreshAt } = status;
  if (error && errorCodes[error.code].consequence === 'person')
    return [
      `Next: ${error.action}${error.action.includes('restart') ? '' : ` Then \`idaemon restart ${name}\`.`}`,
    ];
  if (error && state === 'unassigned') return [`Next: ${error.action}`];
  if (state === 'waiting') {
    const isSpecial = error && error.action !== errorCodes[error.code].action;
    return [`Next: it tries again ${relativeTime(nextTryAt, now)}.${isSpecial ? ` ${error.action}` : ''}`];
  }
  if (state === 'paused') return [`Next: \`idaemon resume ${name}\` lets it go on.`];
  if (state === 'stopped') return [`Next: \`idaemon start ${name}\` starts it.`];
  if (lastRun?.outcome === 'waiting-for-approval') {
    return [
      `Next: look at the removals with \`idaemon runs ${name} ${lastRun.id}\`; if they are right, \`idaemon approve ${name}\`.`,
    ];
  }
  if (lastRun?.outcome === 'partial') {
    return [
      `Next: \`idaemon runs ${name} ${lastRun.id}\` lists what could not be read, \`idaemon get dead-letters\` what was refused.`,
    ];
  }
  if (nextRefreshAt) return [`Next: it refreshes ${relativeTime(nextRefreshAt, now)}.`];
  return schedule ? [] : [`Next: \`idaemon refresh ${name}\` when you want one.`];
}

function durationSince(iso: string, now: Date): string {
  return durationText(Math.max(0, now.getTime() - Date.parse(iso)));
}
