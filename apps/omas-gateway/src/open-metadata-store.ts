import type { gatewayMessages, metadataMessages, RequestContract, sessionMessages } from '@idaemon/contracts';
import type { z } from 'zod';

type Contracts = Readonly<Record<string, RequestContract>>;

/** What answers requests: one method per request, typed by its contract. */
export type Answers<C extends Contracts> = {
  readonly [N in keyof C]: (request: z.output<C[N]['request']>) => Promise<z.input<C[N]['reply']>>;
};

/** Whose word counts: which epoch of a connector is the newest. */
export type ClaimAnswers = Pick<Answers<typeof gatewayMessages>, 'claim' | 'confirm'>;

/** Single changes, connector state and what deleting a connector leaves. */
export type ChangeAnswers = Pick<Answers<typeof gatewayMessages>, 'change' | 'putState' | 'removeConnector'>;

/** Reports of runs, kept until the daemon has collected them. */
export type RunAnswers = Pick<
  Answers<typeof gatewayMessages>,
  'reportRun' | 'collectRuns' | 'acknowledgeRuns' | 'runDifferences'
>;

/** Sync sessions: `begin` is answered by any replica, the rest by the one that owns the session. */
export type SessionAnswers = Pick<Answers<typeof gatewayMessages>, 'begin'> & Answers<typeof sessionMessages>;

/** Everything that reads. Dead letters are replayed through `ChangeAnswers`' writer. */
export type ReadingAnswers = Answers<typeof metadataMessages> &
  Pick<Answers<typeof gatewayMessages>, 'getState'>;

/**
 * The port behind which open metadata is kept: the embedded store on Postgres, or a server of another make.
 * It speaks the contracts of the wire and knows nothing of how they travel.
 */
export type OpenMetadataStore = ClaimAnswers & ChangeAnswers & RunAnswers & SessionAnswers & ReadingAnswers;
