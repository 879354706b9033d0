/** A value that is known, or has to be asked for first. */
export type Maybe<T> = T | Promise<T>;

/** At once where there is nothing to wait for. */
export function andThen<T, R>(value: Maybe<T>, go: (value: T) => Maybe<R>): Maybe<R> {
  return value instanceof Promise ? value.then(go) : go(value);
}
