import { Global, Module } from '@nestjs/common';
import { SenderKeyResponder } from './sender-key-responder.js';
import { SenderRepository } from './sender.repository.js';
import { Senders } from './senders.js';

/** The keys of those who send events to the lineage intake. */
@Global()
@Module({ providers: [SenderKeyResponder, SenderRepository, Senders], exports: [SenderRepository, Senders] })
export class SendersModule {}
