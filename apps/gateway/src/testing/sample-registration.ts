export const DEVICE = 'urn:example:schemas:2.0:Device';
export const WARRANTY = 'urn:example:schemas:extension:2.0:Warranty';
export const BADGE = 'urn:example:schemas:extension:2.0:Badge';

/** An attribute of every type, and of every characteristic that changes what is served. */
const device = {
  id: DEVICE,
  name: 'Device',
  attributes: [
    { name: 'label', required: true },
    { name: 'serial', caseExact: true, mutability: 'immutable', uniqueness: 'server' },
    { name: 'isOnline', type: 'boolean' },
    { name: 'weight', type: 'decimal' },
    { name: 'ports', type: 'integer' },
    { name: 'boughtAt', type: 'dateTime' },
    { name: 'owner', type: 'reference', referenceTypes: ['User'] },
    { name: 'image', type: 'binary' },
    {
      name: 'slots',
      type: 'complex',
      multiValued: true,
      subAttributes: [{ name: 'value' }, { name: 'size', type: 'integer' }],
    },
    { name: 'tags', multiValued: true },
    { name: 'pin', mutability: 'writeOnly', returned: 'never' },
    { name: 'hiddenNote', returned: 'never' },
    { name: 'history', returned: 'request' },
    { name: 'state', returned: 'always' },
    { name: 'assignedBy', mutability: 'readOnly' },
  ],
};

const warranty = {
  id: WARRANTY,
  name: 'Warranty',
  attributes: [
    { name: 'contract', required: true },
    { name: 'until', type: 'dateTime' },
  ],
};

const badge = {
  id: BADGE,
  name: 'Badge',
  attributes: [{ name: 'number' }, { name: 'floors', type: 'integer', multiValued: true }],
};

/** A kind of resource of the tenant's own with a required extension, and users with an extension of the tenant's own. */
export const sampleRegistration = {
  schemas: [device, warranty, badge],
  resourceTypes: [
    {
      name: 'Device',
      endpoint: '/Devices',
      description: 'What people carry.',
      schema: DEVICE,
      schemaExtensions: [{ schema: WARRANTY, required: true }],
    },
    { name: 'User', schemaExtensions: [{ schema: BADGE, required: false }] },
  ],
};

/** A device with a value of every type. */
export const sampleDevice = {
  schemas: [DEVICE, WARRANTY],
  externalId: 'asset-1',
  label: 'Laptop',
  serial: 'SN-1',
  isOnline: true,
  weight: 1.25,
  ports: 4,
  boughtAt: '2026-01-02T03:04:05Z',
  owner: '../Users/0192f5c4-0000-7000-8000-00000000dead',
  image: 'TWFuIA==',
  slots: [{ value: 'a', size: 1 }],
  tags: ['new', 'silver'],
  hiddenNote: 'lent',
  history: 'repaired',
  state: 'in use',
  [WARRANTY]: { contract: 'W-1', until: '2027-01-01T00:00:00Z' },
};
