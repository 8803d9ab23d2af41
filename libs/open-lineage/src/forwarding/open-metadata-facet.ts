/**
 * The key of the facet by which jobs and datasets that are published from open metadata say which element they are, so that
 * they are not catalogued as something new: `{ guid, qualifiedName, typeName }`.
 */
export const openMetadataFacet = 'openMetadata';
