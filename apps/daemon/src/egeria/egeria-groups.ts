import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../access/role.js';
import { GatewayRepository } from '../configuration/gateway.repository.js';
import { GroupRepository, type Group } from '../groups/group.repository.js';
import { Groups } from '../groups/groups.js';
import type { GroupConfig } from './beans.js';
import { withoutNothing } from './connector-bean.js';
import { EgeriaError } from './egeria-error.js';
import { EGERIA_SETTINGS, type EgeriaSettings } from './egeria-settings.js';
import { EgeriaRepository, type KeptGroup } from './egeria.repository.js';
import { gatewayNamed } from './gateway-named.js';
import { nameFor, stableId } from './names.js';
import { refuseSecretsIn } from './service-refusals.js';

export type EgeriaGroup = Group & { kept?: KeptGroup };

const pageSize = 1_000;

/** Integration groups are groups of ours: their members are named in them, not in open metadata. */
@Injectable()
export class EgeriaGroups {
  constructor(
    @Inject(Groups) private readonly groups: Groups,
    @Inject(GroupRepository) private readonly stored: GroupRepository,
    @Inject(GatewayRepository) private readonly gateways: GatewayRepository,
    @Inject(EgeriaRepository) private readonly kept: EgeriaRepository,
    @Inject(EGERIA_SETTINGS) private readonly settings: EgeriaSettings,
  ) {}

  async list(): Promise<EgeriaGroup[]> {
    const kept = await this.kept.groups();
    const all: EgeriaGroup[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await this.stored.list({ pageSize, cursor });
      all.push(...page.items.map((group) => ({ ...group, kept: kept.get(group.name) })));
      if (page.next === null) return all;
      cursor = page.next;
    }
  }

  async named(qualifiedName: string): Promise<EgeriaGroup> {
    const all = await this.list();
    const { serverName } = this.settings;
    if (!all.length) throw new EgeriaError('INTEGRATION-DAEMON-SERVICES-400-035', [serverName]);
    const found = all.find((group) => qualifiedNameOf(group) === qualifiedName);
    if (found) return found;
    const parameters = [qualifiedName, serverName];
    throw new EgeriaError('INTEGRATION-DAEMON-SERVICES-400-034', parameters, 'integrationGroupName');
  }

  summary(group: EgeriaGroup): Record<string, unknown> {
    return withoutNothing({
      integrationGroupName: qualifiedNameOf(group),
      integrationGroupGUID: stableId('group', group.name),
      integrationGroupDescription: group.description,
      integrationGroupStatus: group.members.length ? 'RUNNING' : 'CONFIGURING',
    });
  }

  async beans(): Promise<Record<string, unknown>[]> {
    return (await this.list()).map((group) =>
      withoutNothing({
        class: 'IntegrationGroupConfig',
        integrationGroupQualifiedName: qualifiedNameOf(group),
        omagserverPlatformRootURL: group.kept?.omagserverPlatformRootURL,
        omagserverName: group.kept?.omagserverName,
      }),
    );
  }

  /** Adds or changes one; the others stay. */
  async configure(config: GroupConfig, principal: Principal): Promise<void> {
    await this.#write(await this.#checked(config), principal);
  }

  /** Makes these the groups of Egeria's interface; groups that were made otherwise stay. */
  async configureAll(configs: readonly GroupConfig[], principal: Principal): Promise<void> {
    await this.writeAll(await this.prepareAll(configs), principal);
  }

  /** Checks all; nothing is written yet. */
  async prepareAll(configs: readonly GroupConfig[]): Promise<KeptGroup[]> {
    const wanted: KeptGroup[] = [];
    for (const config of configs) wanted.push(await this.#checked(config));
    return wanted;
  }

  async writeAll(wanted: readonly KeptGroup[], principal: Principal): Promise<void> {
    for (const group of wanted) await this.#write(group, principal);
    const names = wanted.map(({ name }) => name);
    await this.#deleteOwn((name) => !names.includes(name), principal);
  }

  async deleteAll(principal: Principal): Promise<void> {
    await this.#deleteOwn(() => true, principal);
  }

  /** One that is not there is not an error. */
  async delete(qualifiedName: string, principal: Principal): Promise<void> {
    const found = (await this.list()).find((group) => qualifiedNameOf(group) === qualifiedName);
    if (found) await this.groups.delete(found.name, principal);
  }

  async #deleteOwn(isMeant: (name: string) => boolean, principal: Principal): Promise<void> {
    for (const name of (await this.kept.groups()).keys()) {
      if (isMeant(name)) await this.groups.delete(name, principal);
    }
  }

  async #checked(config: GroupConfig): Promise<KeptGroup> {
    const { serverName } = this.settings;
    const { omagserverPlatformRootURL, omagserverName, integrationGroupQualifiedName } = config;
    const method = 'configureIntegrationGroup';
    if (!omagserverPlatformRootURL) throw new EgeriaError('OMAG-ADMIN-400-039', [method, serverName]);
    const name = nameFor(integrationGroupQualifiedName ?? '');
    if (!integrationGroupQualifiedName || !name) {
      const place = 'integrationGroupConfig.integrationGroupQualifiedName';
      throw new EgeriaError('OMAG-ADMIN-400-032', [serverName, place], place);
    }
    if (!omagserverName) throw new EgeriaError('OMAG-ADMIN-400-040', [method, serverName]);
    await gatewayNamed(this.gateways, omagserverName);
    refuseSecretsIn({ omagserverPlatformRootURL, integrationGroupQualifiedName }, `the group ${name}`);
    return { name, qualifiedName: integrationGroupQualifiedName, omagserverPlatformRootURL, omagserverName };
  }

  /** Members stay: Egeria's document has none. */
  async #write(group: KeptGroup, principal: Principal): Promise<void> {
    const existing = (await this.list()).find(({ name }) => name === group.name);
    if (existing?.kept && existing.kept.qualifiedName !== group.qualifiedName) {
      const why = `the group ${existing.kept.qualifiedName} is the group ${group.name} already`;
      throw new EgeriaError('IDAEMON-EGERIA-409-001', [group.qualifiedName, why]);
    }
    if (!existing) await this.groups.write({ name: group.name, members: [] }, { isNew: true }, principal);
    await this.kept.keepGroup(group);
  }
}

function qualifiedNameOf({ name, kept }: EgeriaGroup): string {
  return kept?.qualifiedName ?? name;
}
