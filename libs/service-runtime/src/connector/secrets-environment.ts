import { z } from 'zod';

/** Where the secrets of connectors come from; the variables of Vault are those of its own tools. */
export const SecretsEnvironment = z.object({
  IDAEMON_KUBERNETES_SECRETS: z
    .string()
    .default('/var/run/secrets/idaemon')
    .describe('the folder where Kubernetes secrets are mounted, as <name>/<key>'),
  VAULT_ADDR: z.url('is not a URL').optional().describe('the address of Vault, e.g. https://vault:8200'),
  VAULT_TOKEN: z.string().optional().describe('a token of Vault'),
  VAULT_TOKEN_FILE: z.string().optional().describe('the path of a file with a token of Vault'),
  VAULT_NAMESPACE: z.string().optional().describe('a namespace of Vault'),
});
export type SecretsEnvironment = z.output<typeof SecretsEnvironment>;
