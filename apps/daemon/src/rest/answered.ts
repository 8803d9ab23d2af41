/** An answer with headers, or with another status of success than the operation's first one. */
export class Answered<Body> {
  constructor(
    readonly body: Body,
    readonly options: { status?: number; headers?: Readonly<Record<string, string>> } = {},
  ) {}
}

/** The entity tag of a revision, to be sent back in `If-Match`. */
export function etag(revision: number): { etag: string } {
  return { etag: `"${revision}"` };
}
