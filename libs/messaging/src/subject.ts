/** Values for the `{name}` parts of a subject; `*` is the wildcard of subscriptions. */
export type SubjectParameters = Readonly<Record<string, string>>;

/** The subject with its parts filled in; a missing or unfit part is a mistake of the caller. */
export function fillSubject(subject: string, parameters: SubjectParameters): string {
  return subject.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (!value || /[\s.>]/.test(value))
      throw new Error(`Subject ${subject}: ${name} is ${JSON.stringify(value)}`);
    return value;
  });
}
