const service = 'files-integrator';

/** Ten plans that give 10,000 free connectors to 50 instances, in milliseconds of each: the daemon's own code, as built. */
export async function planOfMany() {
  const built = new URL('../../apps/daemon/dist/ownership/plan-assignments.js', import.meta.url);
  const { planAssignments } = await import(built.href);
  const definitions = new Set(['folder']);
  const instances = Array.from({ length: 50 }, (_, index) => ({
    ...{ id: `instance-${index}`, service, definitions, condition: 'active' },
  }));
  const shards = Array.from({ length: 10_000 }, (_, index) => ({
    ...{ connector: `c${index}`, shard: 0, service, definition: 'folder', isWanted: true },
    ...{ owner: null, isLeaving: false, isBusy: false },
  }));
  return Array.from({ length: 10 }, () => {
    const began = performance.now();
    const cpuBefore = process.cpuUsage();
    const { assign } = planAssignments(instances, shards);
    if (assign.length !== shards.length) throw new Error(`Only ${assign.length} were assigned`);
    const { user, system } = process.cpuUsage(cpuBefore);
    return { ms: performance.now() - began, cpuMs: (user + system) / 1000 };
  });
}
