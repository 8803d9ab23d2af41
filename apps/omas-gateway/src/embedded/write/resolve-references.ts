import { InvalidMetadataError, type IdaemonError, type Locator, type Reference } from '@idaemon/contracts';
import { isSubtypeOf } from '@idaemon/open-metadata';
import { locatorKey } from './element-lookup.js';
import { nameOfLocator, type FoundTargets, type Target } from './reference-lookup.js';

/** What resolving has decided to write, beside the targets themselves. */
export interface Resolutions {
  readonly placeholders: Set<Target>;
  /** Placeholders whose type or name is known better now. */
  readonly refined: Set<Target>;
  readonly locators: { target: Target; locator: Locator }[];
  /** Two placeholders, or a placeholder and an element, that turned out to be one: `from`, which is stored, becomes `to`. */
  readonly merges: { from: Target; to: Target }[];
}

/** A new, still nameless target: ids come from the store. */
export type NewTarget = (type: string, qualifiedName: string) => Target;

/**
 * Finds the element that a reference names: by GUID, else by locator, else by name. What is not there becomes a
 * placeholder; a reference with name and locator says that both are one thing.
 */
export class ReferenceResolver {
  readonly resolutions: Resolutions = {
    placeholders: new Set(),
    refined: new Set(),
    locators: [],
    merges: [],
  };

  readonly #becameOf = new Map<Target, Target>();

  constructor(
    private readonly found: FoundTargets,
    private readonly newTarget: NewTarget,
  ) {}

  /** An element that is being written: its name and locators come before those that are stored. */
  add(target: Target, locators: readonly Locator[] = []): void {
    this.found.byName.set(target.qualifiedName, target);
    for (const locator of locators) this.found.byLocator.set(locatorKey(locator), target);
  }

  /** A name that its element is just giving up. */
  forget(qualifiedName: string): void {
    this.found.byName.delete(qualifiedName);
  }

  /** The target, fit for an end of type `endType`; or why it cannot be. */
  resolve(reference: Reference, endType: string): Target | IdaemonError {
    const target = this.#known(reference);
    if (!target && !reference.locator && !reference.qualifiedName) return unknownGuid(reference);
    if (!target) return this.#placeholder(reference, endType);
    return this.#fit(target, reference, endType);
  }

  #known(reference: Reference): Target | undefined {
    const { guid, locator, qualifiedName } = reference;
    const byGuid = guid && this.found.byGuid.get(guid);
    if (byGuid) return this.final(byGuid);
    const byLocator = this.#present(this.found.byLocator.get(locator ? locatorKey(locator) : ''));
    const byName = this.#present(
      this.found.byName.get(qualifiedName ?? (locator ? nameOfLocator(locator) : '')),
    );
    if (locator && byLocator && qualifiedName)
      return this.#sameThing(byLocator, byName, locator, qualifiedName);
    if (locator && !byLocator && byName) this.#attach(byName, locator);
    return byLocator ?? byName;
  }

  /** Found by its locator, while the reference gives a name too. */
  #sameThing(byLocator: Target, byName: Target | undefined, locator: Locator, qualifiedName: string): Target {
    if (byName === byLocator || !byLocator.isPlaceholder) return byLocator;
    if (byName) {
      this.#merge(byLocator, byName);
      this.found.byLocator.set(locatorKey(locator), byName);
      return byName;
    }
    if (byLocator.qualifiedName === nameOfLocator(locator)) {
      byLocator.qualifiedName = qualifiedName;
      this.#refined(byLocator);
    }
    this.found.byName.set(qualifiedName, byLocator);
    return byLocator;
  }

  #merge(from: Target, to: Target): void {
    this.#becameOf.set(from, to);
    this.resolutions.refined.delete(from);
    const isNew = this.resolutions.placeholders.delete(from);
    if (!isNew) this.resolutions.merges.push({ from, to });
  }

  /** The target, or what it was merged into since. */
  final(target: Target): Target {
    const became = this.#becameOf.get(target);
    return became ? this.final(became) : target;
  }

  #present(target: Target | undefined): Target | undefined {
    return target && this.final(target);
  }

  #attach(target: Target, locator: Locator): void {
    this.found.byLocator.set(locatorKey(locator), target);
    this.resolutions.locators.push({ target, locator });
  }

  #placeholder({ type, locator, qualifiedName }: Reference, endType: string): Target | IdaemonError {
    const narrow = narrower(type, endType);
    const name = qualifiedName ?? (locator ? nameOfLocator(locator) : '');
    if (!narrow) return unfit(name, type, endType);
    const target = this.newTarget(narrow, name);
    this.resolutions.placeholders.add(target);
    this.found.byName.set(name, target);
    if (locator) this.#attach(target, locator);
    return target;
  }

  #fit(target: Target, { type }: Reference, endType: string): Target | IdaemonError {
    const fits = isSubtypeOf(target.type, endType);
    if (!target.isPlaceholder) return fits ? target : unfit(target.qualifiedName, target.type, endType);
    const narrow = narrower(target.type, endType);
    if (!narrow) return unfit(target.qualifiedName, target.type, endType);
    const narrowest = narrower(narrow, type) ?? narrow;
    if (narrowest !== target.type) {
      target.type = narrowest;
      this.#refined(target);
    }
    return target;
  }

  #refined(target: Target): void {
    if (!this.resolutions.placeholders.has(target)) this.resolutions.refined.add(target);
  }
}

/** The more special of two types, undefined when neither is a subtype of the other. */
function narrower(one: string, other: string): string | undefined {
  if (isSubtypeOf(one, other)) return one;
  return isSubtypeOf(other, one) ? other : undefined;
}

function unfit(name: string, type: string, endType: string): InvalidMetadataError {
  return new InvalidMetadataError(`${name} is ${type}, but must be ${endType} or a subtype of it here`);
}

function unknownGuid({ guid }: Reference): InvalidMetadataError {
  return new InvalidMetadataError(`There is no element with the GUID ${guid ?? ''}`, {
    action: 'Refer to it by its qualified name or locator, which may come later; a GUID may not.',
  });
}
