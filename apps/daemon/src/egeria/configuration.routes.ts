/** Egeria's configuration of integration services and groups. */
import { z } from 'zod';
import { GroupConfig, ServiceConfig, ServiceRequest } from './beans.js';
import { EgeriaError } from './egeria-error.js';
import { bodyOf, route, type Declared, type EgeriaCall, type EgeriaRoute } from './route.js';
import type { EgeriaServices } from './egeria-services.js';

export const adminBase = '/open-metadata/admin-services/users/{userId}/servers/{serverName}';

const takesEffect = 'In force at once, without a start.';
const onlyOwn =
  'Connectors that were not configured by this interface stay; what a deleted connector has catalogued stays, too.';

function adminRoute({ path, ...declared }: Omit<Declared, 'family'>): EgeriaRoute {
  return route({ ...declared, family: 'admin', path: `${adminBase}${path}` });
}

export function missingBody(method: string) {
  return ({ settings }: EgeriaServices) =>
    new EgeriaError('OMAG-ADMIN-400-038', [method, settings.serverName]);
}

function take<Schema extends z.ZodType>(
  schema: Schema,
  method: string,
  work: (egeria: EgeriaServices, value: z.output<Schema>, call: EgeriaCall) => Promise<void>,
): EgeriaRoute['handle'] {
  return async (egeria, call) => {
    await work(egeria, bodyOf(schema, call.body, missingBody(method)(egeria)), call);
    return {};
  };
}

const serviceRoutes: readonly EgeriaRoute[] = [
  adminRoute({
    name: 'getConfiguredIntegrationServices',
    method: 'GET',
    path: '/integration-services',
    answer: 'RegisteredOMAGServicesResponse',
    summary: 'List the integration services that are configured',
    does: 'Those with connectors, and those that were configured without.',
    handle: async ({ services, platform }) => ({
      services: platform.registeredServices(await services.configured()),
    }),
  }),
  adminRoute({
    name: 'getIntegrationServicesConfiguration',
    method: 'GET',
    path: '/integration-services/configuration',
    answer: 'IntegrationServicesResponse',
    summary: 'Get the configuration of all integration services',
    does: 'All connectors, however they were configured, with references in place of secrets.',
    handle: async ({ services }) => {
      const beans = await services.beans();
      return beans.length ? { services: beans } : {};
    },
  }),
  adminRoute({
    name: 'getIntegrationServiceConfiguration',
    method: 'GET',
    path: '/integration-services/{serviceURLMarker}/configuration',
    answer: 'IntegrationServiceConfigResponse',
    summary: 'Get the configuration of one integration service',
    does: 'One that is not configured is told with its defaults. An unknown URL marker is refused with the list of those that exist.',
    handle: async ({ services }, { params }) => ({
      config: await services.bean(params.serviceURLMarker ?? ''),
    }),
  }),
  adminRoute({
    name: 'configureIntegrationService',
    method: 'POST',
    path: '/integration-services/{serviceURLMarker}',
    access: 'administrator',
    body: ServiceRequest,
    summary: 'Configure an integration service with its connectors',
    does: `Each connector becomes a document of ours, with revisions. All are checked before any is written. omagserverName names a declared gateway. ${takesEffect} ${onlyOwn}`,
    handle: take(
      ServiceRequest,
      'configureIntegrationService',
      ({ services }, request, { params, principal }) =>
        services.configure(params.serviceURLMarker ?? '', request, principal),
    ),
  }),
  adminRoute({
    name: 'setIntegrationServiceConfiguration',
    method: 'POST',
    path: '/integration-services/configuration',
    access: 'administrator',
    body: ServiceConfig,
    summary: 'Configure an integration service by its whole configuration',
    does: `The same with the same checks. The connectors of a service that is DISABLED are stopped. ${onlyOwn}`,
    handle: take(ServiceConfig, 'setIntegrationServiceConfig', ({ services }, config, { principal }) =>
      services.configure(services.serviceOf(config).marker, config, principal),
    ),
  }),
  adminRoute({
    name: 'setIntegrationServicesConfiguration',
    method: 'POST',
    path: '/integration-services/configuration/all',
    access: 'administrator',
    body: z.array(ServiceConfig).max(100),
    summary: 'Configure all integration services',
    does: `The same for all: a service that is not in the list has no connectors any more. ${onlyOwn}`,
    handle: take(
      z.array(ServiceConfig).max(100),
      'setIntegrationServicesConfig',
      ({ services }, configs, { principal }) => services.configureAll(configs, principal),
    ),
  }),
  adminRoute({
    name: 'clearIntegrationServices',
    method: 'DELETE',
    path: '/integration-services',
    access: 'administrator',
    summary: 'Remove all integration services from the configuration',
    does: `Deletes the connectors that were configured by this interface. ${onlyOwn}`,
    handle: async ({ services }, { principal }) => {
      await services.deleteAll(principal);
      return {};
    },
  }),
  adminRoute({
    name: 'clearIntegrationService',
    method: 'DELETE',
    path: '/integration-services/{serviceURLMarker}',
    access: 'administrator',
    summary: 'Remove an integration service from the configuration',
    does: `Deletes its connectors that were configured by this interface. ${onlyOwn}`,
    handle: async ({ services }, { params, principal }) => {
      await services.delete(params.serviceURLMarker ?? '', principal);
      return {};
    },
  }),
];

const groupRoutes: readonly EgeriaRoute[] = [
  adminRoute({
    name: 'getIntegrationGroupsConfiguration',
    method: 'GET',
    path: '/integration-groups/configuration',
    answer: 'IntegrationGroupsResponse',
    summary: 'Get the configuration of all integration groups',
    does: 'All groups, however they were made.',
    handle: async ({ groups }) => {
      const beans = await groups.beans();
      return beans.length ? { groups: beans } : {};
    },
  }),
  adminRoute({
    name: 'configureIntegrationGroup',
    method: 'POST',
    path: '/integration-groups/configuration',
    access: 'administrator',
    body: GroupConfig,
    summary: 'Add or change an integration group',
    does: 'A group of ours; other groups stay. Its members are connectors that PUT /api/groups/{name} names: they are not read from open metadata, and there are no catalog targets.',
    handle: take(GroupConfig, 'configureIntegrationGroup', ({ groups }, config, { principal }) =>
      groups.configure(config, principal),
    ),
  }),
  adminRoute({
    name: 'setIntegrationGroupsConfiguration',
    method: 'POST',
    path: '/integration-groups/configuration/all',
    access: 'administrator',
    body: z.array(GroupConfig).max(1_000),
    summary: 'Set all integration groups',
    does: 'The same for all. Groups that were not made by this interface stay.',
    handle: take(
      z.array(GroupConfig).max(1_000),
      'setIntegrationGroupsConfig',
      ({ groups }, configs, { principal }) => groups.configureAll(configs, principal),
    ),
  }),
  adminRoute({
    name: 'clearIntegrationGroups',
    method: 'DELETE',
    path: '/integration-groups',
    access: 'administrator',
    summary: 'Delete all integration groups',
    does: 'Those that were made by this interface; their members stay.',
    handle: async ({ groups }, { principal }) => {
      await groups.deleteAll(principal);
      return {};
    },
  }),
  adminRoute({
    name: 'clearIntegrationGroup',
    method: 'DELETE',
    path: '/integration-groups/{groupQualifiedName}',
    access: 'administrator',
    summary: 'Delete an integration group',
    does: 'Its members stay. One that does not exist is no error.',
    handle: async ({ groups }, { params, principal }) => {
      await groups.delete(params.groupQualifiedName ?? '', principal);
      return {};
    },
  }),
];

export const configurationRoutes = [...serviceRoutes, ...groupRoutes];
