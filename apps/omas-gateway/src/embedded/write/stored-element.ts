/** What writers look at of an element that is there. */
export interface StoredElement {
  readonly id: number;
  readonly guid: string;
  readonly type: string;
  readonly qualifiedName: string;
  /** Null for a placeholder. */
  readonly sourceId: number | null;
  readonly scopeId: number | null;
  readonly contentHash: string | null;
  readonly sourceKey: string | null;
  readonly version: number;
  readonly isPlaceholder: boolean;
  /** Hearsay of its source: whoever owns the thing takes it over. */
  readonly isTentative: boolean;
  readonly runId: string | null;
  /** Its newest version is the one that created it. */
  readonly isNew: boolean;
}

export interface StoredElementRow {
  id: string;
  guid: string;
  type: string;
  qualified_name: string;
  source_id: number | null;
  scope_id: number | null;
  content_hash: string | null;
  source_key: string | null;
  version: number;
  is_placeholder: boolean;
  is_tentative: boolean;
  run_id: string | null;
  is_new: boolean;
}

/** Of the table `element e`. */
export const storedElementColumns = `e.id, e.guid, e.type, e.qualified_name, e.source_id, e.scope_id,
  e.content_hash, e.source_key, e.version, e.is_placeholder, e.is_tentative, e.run_id, e.created_at = e.updated_at as is_new`;

export function storedElement(row: StoredElementRow): StoredElement {
  return {
    id: Number(row.id),
    guid: row.guid,
    type: row.type,
    qualifiedName: row.qualified_name,
    sourceId: row.source_id,
    scopeId: row.scope_id,
    contentHash: row.content_hash,
    sourceKey: row.source_key,
    version: row.version,
    isPlaceholder: row.is_placeholder,
    isTentative: row.is_tentative,
    runId: row.run_id,
    isNew: row.is_new,
  };
}
