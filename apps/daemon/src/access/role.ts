import { z } from 'zod';

/** `viewer` reads; `operator` also starts, stops, refreshes, approves; `administrator` also configures and makes tokens. */
export const Role = z.enum(['viewer', 'operator', 'administrator']);
export type Role = z.output<typeof Role>;

/** Who asks: the name and role of the token. */
export interface Principal {
  name: string;
  role: Role;
}

/** A higher role may do all that a lower one may. */
export function mayActAs(role: Role, needed: Role): boolean {
  return Role.options.indexOf(role) >= Role.options.indexOf(needed);
}
