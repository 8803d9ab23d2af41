import type { Properties, Relationship } from '@idaemon/contracts';

/** Columns of a relationship `r` between elements `end1` and `end2`, as `relationshipOf` reads them. */
export const relationshipColumns = `
  r.id, r.guid, r.type, r.properties,
  (select s.qualified_name from metadata_source s where s.id = r.source_id) as source,
  end1.guid as end1_guid, end1.type as end1_type,
  coalesce(end1.displaced_name, end1.qualified_name) as end1_name,
  end2.guid as end2_guid, end2.type as end2_type,
  coalesce(end2.displaced_name, end2.qualified_name) as end2_name`;

export interface RelationshipRow {
  id: string;
  guid: string;
  type: string;
  properties: Properties;
  source: string | null;
  end1_guid: string;
  end1_type: string;
  end1_name: string;
  end2_guid: string;
  end2_type: string;
  end2_name: string;
}

export function relationshipOf(row: RelationshipRow): Relationship {
  return {
    guid: row.guid,
    type: row.type,
    end1: { guid: row.end1_guid, type: row.end1_type, qualifiedName: row.end1_name },
    end2: { guid: row.end2_guid, type: row.end2_type, qualifiedName: row.end2_name },
    properties: row.properties,
    source: row.source,
  };
}
