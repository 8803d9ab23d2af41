import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InstanceCondition, Plan, PlanInstance, PlanShard } from './assignment-plan.js';
import { planAssignments } from './plan-assignments.js';

const service = 'files-integrator';
const instance = (id: string, definitions = ['folder'], condition: InstanceCondition = 'active') => ({
  id,
  service,
  definitions: new Set(definitions),
  condition,
});
const shard = (connector: string, owner: string | null = null, more: Partial<PlanShard> = {}): PlanShard => ({
  connector,
  shard: 0,
  service,
  definition: 'folder',
  isWanted: true,
  owner,
  isLeaving: false,
  isBusy: false,
  ...more,
});
const key = ({ connector, shard }: { connector: string; shard: number }) => `${connector}/${shard}`;

/** What is after a plan was carried out and those who had to stop have let go. */
function after(shards: readonly PlanShard[], plan: Plan): PlanShard[] {
  const assigned = new Map(plan.assign.map((placement) => [key(placement), placement.instanceId]));
  const taken = new Set(plan.takeBack.map(key));
  return shards.map((one) => ({
    ...one,
    isLeaving: false,
    owner: taken.has(key(one)) || one.isLeaving ? null : (assigned.get(key(one)) ?? one.owner),
  }));
}

/** Plans until nothing is left to do; answers who has what and how many had to stop. */
function settle(instances: readonly PlanInstance[], shards: readonly PlanShard[]) {
  let [now, stopped] = [shards, 0];
  for (let round = 0; round < 20; round += 1) {
    const plan = planAssignments(instances, now);
    stopped += plan.takeBack.length;
    if (plan.assign.length === 0 && plan.takeBack.length === 0 && !now.some(({ isLeaving }) => isLeaving))
      return { shards: now, stopped };
    now = after(now, plan);
  }
  throw new Error('The plan never comes to rest');
}

function loadsOf(instances: readonly PlanInstance[], shards: readonly PlanShard[]): number[] {
  return instances.map(({ id }) => shards.filter(({ owner }) => owner === id).length);
}
const spread = (loads: number[]) => Math.max(...loads) - Math.min(...loads);
const connectors = (count: number) =>
  Array.from({ length: count }, (_, i) => shard(`c${String(i).padStart(5, '0')}`));
const instances = (count: number) => Array.from({ length: count }, (_, i) => instance(`i${i}`));

describe('instances that are alike', () => {
  test('two share twenty connectors, a third takes at most seven, and those only stop', () => {
    const two = settle(instances(2), connectors(20));
    expect(loadsOf(instances(2), two.shards)).toEqual([10, 10]);
    expect(two.stopped).toBe(0);

    const plan = planAssignments(instances(3), two.shards);
    expect(plan.takeBack.length).toBeLessThanOrEqual(7);
    expect(plan.assign).toEqual([]);
    expect(spread(loadsOf(instances(3), settle(instances(3), two.shards).shards))).toBeLessThanOrEqual(1);
  });

  test('a join moves at most ceil(n / instances), a death only what the dead one had', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 12 }), (n, k) => {
        const before = settle(instances(k), connectors(n)).shards;
        const joined = settle(instances(k + 1), before);
        expect(joined.stopped).toBeLessThanOrEqual(Math.ceil(n / (k + 1)));
        expect(spread(loadsOf(instances(k + 1), joined.shards))).toBeLessThanOrEqual(1);

        const left = instances(k + 1).slice(1);
        const orphaned = joined.shards.map((one) => (one.owner === 'i0' ? { ...one, owner: null } : one));
        const died = settle(left, orphaned);
        expect(died.stopped).toBe(0);
        expect(spread(loadsOf(left, died.shards))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('10,000 connectors over 50 instances are planned within a second', () => {
    const startedAt = performance.now();
    const plan = planAssignments(instances(50), connectors(10_000));
    const first = performance.now() - startedAt;
    expect(plan.assign).toHaveLength(10_000);

    const onOne = after(connectors(10_000), plan).map((one, i) => ({ ...one, owner: `i${i % 10}` }));
    const again = performance.now();
    expect(planAssignments(instances(50), onOne).takeBack).toHaveLength(8_000);
    expect(Math.max(first, performance.now() - again)).toBeLessThan(1_000);
  });
});

const definitionNames = ['folder', 'csv', 's3'];
const anyInstance = fc.record({
  definitions: fc.subarray(definitionNames, { minLength: 1 }),
  condition: fc.constantFrom<InstanceCondition>('active', 'active', 'active', 'draining', 'quiet'),
});
const anyFacts = fc
  .tuple(fc.array(anyInstance, { maxLength: 8 }), fc.integer({ min: 0, max: 60 }))
  .chain(([kinds, count]) => {
    const all = kinds.map(({ definitions, condition }, i) => instance(`i${i}`, definitions, condition));
    const anyShard = fc.record({
      definition: fc.constantFrom(...definitionNames),
      owner: fc.constantFrom(null, ...all.map(({ id }) => id)),
      isWanted: fc.boolean(),
      isLeaving: fc.boolean(),
      isBusy: fc.boolean(),
    });
    return fc.array(anyShard, { minLength: count, maxLength: count }).map((facts) => ({
      instances: all,
      shards: facts.map((one, i) => shard(`c${i}`, one.owner, one)),
    }));
  });

const takes = (one: PlanInstance, { definition }: PlanShard) =>
  one.condition === 'active' && one.definitions.has(definition);

describe('whatever the facts', () => {
  test('every wanted shard that has a possible home ends up with exactly one that hosts it', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { shards } = settle(facts.instances, facts.shards);
        for (const one of shards) {
          const owner = facts.instances.find(({ id }) => id === one.owner);
          if (!one.isWanted) expect(owner).toBeUndefined();
          else if (facts.instances.some((home) => takes(home, one))) expect(owner).toBeDefined();
          if (owner && owner.condition !== 'quiet') expect(owner.definitions).toContain(one.definition);
        }
      }),
    );
  });

  test('one plan names a shard once, gives only free ones and takes back only owned ones', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const plan = planAssignments(facts.instances, facts.shards);
        const named = [...plan.assign, ...plan.takeBack].map(key);
        expect(new Set(named).size).toBe(named.length);
        const byKey = new Map(facts.shards.map((one) => [key(one), one]));
        for (const one of plan.assign) expect(byKey.get(key(one))?.owner).toBeNull();
        for (const one of plan.takeBack) {
          expect(byKey.get(key(one))).toMatchObject({ owner: one.instanceId, isLeaving: false });
        }
      }),
    );
  });

  test('at rest no single move would make the loads more even', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { shards } = settle(facts.instances, facts.shards);
        const load = new Map(
          facts.instances.map(({ id }) => [id, shards.filter(({ owner }) => owner === id).length]),
        );
        const isUncertain = facts.instances.some(
          ({ id, condition }) => condition === 'quiet' && load.get(id),
        );
        for (const one of isUncertain ? [] : shards) {
          const owner = facts.instances.find(({ id }) => id === one.owner);
          if (owner?.condition !== 'active') continue;
          for (const other of facts.instances.filter((home) => takes(home, one))) {
            expect((load.get(owner.id) ?? 0) - (load.get(other.id) ?? 0)).toBeLessThan(2);
          }
        }
      }),
    );
  });

  test('the order of the facts does not matter', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const plan = planAssignments(facts.instances, facts.shards);
        expect(planAssignments(facts.instances.toReversed(), facts.shards.toReversed())).toEqual(plan);
      }),
    );
  });

  test('what is at rest stays at rest', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { shards } = settle(facts.instances, facts.shards);
        expect(planAssignments(facts.instances, shards)).toEqual({ assign: [], takeBack: [] });
      }),
    );
  });
});

test('a draining instance gives away what others can take and keeps the rest', () => {
  const facts = [instance('a', ['folder', 's3'], 'draining'), instance('b', ['folder'])];
  const plan = planAssignments(facts, [shard('one', 'a'), shard('two', 'a', { definition: 's3' })]);
  expect(plan.takeBack).toEqual([{ connector: 'one', shard: 0, instanceId: 'a' }]);
  expect(plan.assign).toEqual([]);
});

test('nothing is evened out while an instance that has something is quiet', () => {
  const shards = Array.from({ length: 20 }, (_, i) => shard(`c${i}`, i < 10 ? 'a' : 'b'));
  const quiet = [instance('a'), instance('b', undefined, 'quiet'), instance('c')];
  expect(planAssignments(quiet, shards)).toEqual({ assign: [], takeBack: [] });
  const heard = [instance('a'), instance('b'), instance('c')];
  expect(planAssignments(heard, shards).takeBack).toHaveLength(6);
});

test('a quiet instance keeps what it has and gets nothing', () => {
  const facts = [instance('a', [], 'quiet'), instance('b')];
  const plan = planAssignments(facts, [shard('one', 'a'), shard('two', 'a'), shard('three'), shard('four')]);
  expect(plan.takeBack).toEqual([]);
  expect(plan.assign.map(({ instanceId }) => instanceId)).toEqual(['b', 'b']);
});

test('a connector whose configuration names another definition moves to an instance that hosts it', () => {
  const facts = [instance('a', ['folder']), instance('b', ['folder', 's3'])];
  const owned = [shard('one', 'a', { definition: 's3' })];
  const plan = planAssignments(facts, owned);
  expect(plan.takeBack).toHaveLength(1);
  expect(planAssignments(facts, after(owned, plan)).assign).toEqual([
    { connector: 'one', shard: 0, instanceId: 'b' },
  ]);
});

test('what runs now is moved last', () => {
  const owned = ['a', 'b', 'c', 'd'].map((name) =>
    shard(name, 'i0', { isBusy: name !== 'b' && name !== 'd' }),
  );
  const plan = planAssignments(instances(2), owned);
  expect(plan.takeBack.map(({ connector }) => connector).sort()).toEqual(['b', 'd']);
});

test('the shards of one connector spread over instances', () => {
  const shards = [0, 1, 2].map((number) => shard('big', null, { shard: number }));
  const plan = planAssignments(instances(3), [...shards, ...connectors(3)]);
  const homes = plan.assign.filter(({ connector }) => connector === 'big').map((one) => one.instanceId);
  expect(new Set(homes).size).toBe(3);
});

test('a full instance takes no more', () => {
  const plan = planAssignments(instances(1), connectors(5), 3);
  expect(plan.assign).toHaveLength(3);
});

test('services do not compete', () => {
  const other = { ...instance('x', ['folder']), service: 'database-integrator' };
  const plan = planAssignments([instance('a'), other], connectors(4));
  expect(plan.assign.map(({ instanceId }) => instanceId)).toEqual(['a', 'a', 'a', 'a']);
});
