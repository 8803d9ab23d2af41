import { Inject, Injectable } from '@nestjs/common';
import { RequestError } from '@idaemon/contracts';
import { GatewayRepository } from '../configuration/gateway.repository.js';
import { nearestName } from '../rest/nearest-name.js';

/** Says which gateway a request means: one that is declared, whether it is up or not. */
@Injectable()
export class DeclaredGateways {
  constructor(@Inject(GatewayRepository) private readonly gateways: GatewayRepository) {}

  async checked(gateway: string): Promise<{ gateway: string }> {
    if (await this.gateways.find(gateway)) return { gateway };
    const declared = await this.gateways.names();
    const near = nearestName(gateway, declared);
    const hint = near ? `; did you mean ${near}?` : '';
    throw new RequestError(
      `The gateway ${gateway} is not declared${hint} (declared: ${declared.join(', ')})`,
      {
        errors: [{ path: 'gateway', message: `must be one of ${declared.join(', ')}` }],
        action: 'Name a declared gateway; GET /api/gateways lists them.',
      },
    );
  }
}
