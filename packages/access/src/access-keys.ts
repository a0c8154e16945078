/** Where credentials and policies lie in the object store: beside the tenants' folders, so that erasing a job never reaches them. */
export const accessKeys = {
  keys: 'access/keys/',
  key: (keyId: string) => `${accessKeys.keys}${keyId}.json`,
  policy: (tenant: string) => `access/policies/${tenant}.json`,
};
