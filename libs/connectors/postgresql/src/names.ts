import type { Locator } from '@idaemon/connector-kit';

/** Qualified names say where a thing is: `RelationalTable::db:5432/shop.public.orders`. */
export function qualifiedName(type: string, address: string, path: readonly string[] = []): string {
  return path.length === 0 ? `${type}::${address}` : `${type}::${address}/${dotted(path)}`;
}

/** As OpenLineage names it: namespace `postgres://db:5432`, name `shop.public.orders`. */
export function locator(address: string, path: readonly string[]): Locator {
  return { namespace: `postgres://${address}`, name: dotted(path) };
}

export function dotted(path: readonly string[]): string {
  return path.map(quoted).join('.');
}

/** Quoted as in SQL where a dot or a quote would make the whole ambiguous. */
function quoted(name: string): string {
  return /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
