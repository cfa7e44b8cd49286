declare module "oidc-provider" {
  /** As far as the tests use it; the package has no types of its own. */
  export class Provider {
    constructor(issuer: string, configuration: object);
    Grant: new (of: {
      clientId: string;
      accountId: string;
    }) => {
      addOIDCScope: (scope: string) => void;
      save: () => Promise<string>;
    };
    listen: (port: number) => void;
  }
}
