import { causeTable } from './cause-definition.js';

/** The request is sound but does not fit what the tenant registered or what its directory holds. */
export const directoryCauses = causeTable('rejections.md', [
  {
    key: 'domain_not_registered',
    status: 400,
    scimType: 'invalidValue',
    detail:
      'The domain "{domain}" of this user name is not registered for this tenant. Register the domain, or correct the user name.',
    remedy: 'Register the domain for the tenant, or correct the user name at the identity provider.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'duplicate_username',
    status: 409,
    scimType: 'uniqueness',
    detail:
      'Another user of this tenant (id {holder}) already has this userName. Rename one of the two, or match on userName.',
    remedy: 'Rename one of the two users, or let the identity provider match on userName.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'duplicate_external_id',
    status: 409,
    scimType: 'uniqueness',
    detail: 'Another resource of this tenant (id {holder}) already has this externalId.',
    remedy: 'Map externalId to an attribute that is unique, such as the object id.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'duplicate_display_name',
    status: 409,
    scimType: 'uniqueness',
    detail: 'Another group of this tenant (id {holder}) already has this displayName.',
    remedy: 'Rename one of the two groups, or allow equal display names in the tenant settings.',
    fixableBy: 'tenant-admin',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'unknown_member',
    status: 400,
    scimType: 'invalidValue',
    detail: 'Member {member} is neither a user nor a group of this tenant.',
    remedy:
      'Provision the member first, or restart provisioning so that the identity provider matches again.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'unresolved_reference',
    status: 409,
    detail: 'The operation refers to a resource that another operation of the same request did not create.',
    remedy: 'Correct the operation of the bulk request that was to create the resource.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: false,
  },
  {
    key: 'not_found',
    status: 404,
    detail: 'Resource {id} does not exist.',
    remedy: 'Restart provisioning at the identity provider so that it matches the resource again.',
    fixableBy: 'identity-provider-admin',
    retriedByIdentityProvider: true,
    notifies: true,
  },
  {
    key: 'version_conflict',
    status: 412,
    detail:
      'The resource was changed by someone else: its version is {version}. Read it again and repeat the change.',
    remedy: 'Nothing to do: the client reads the resource again.',
    fixableBy: 'nobody',
    retriedByIdentityProvider: true,
    notifies: false,
  },
]);
