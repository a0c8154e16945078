/** How S3 may be asked to encrypt what it stores (`x-amz-server-side-encryption`). */
export const s3Encryptions = ['AES256', 'aws:kms', 'aws:kms:dsse'] as const;

export interface S3Encryption {
  readonly algorithm: (typeof s3Encryptions)[number];
  /** Id or ARN of a KMS key; without one, S3 uses the account's own for S3. */
  readonly kmsKeyId?: string;
}

/** The part of a request that makes a new object (PutObject, CreateMultipartUpload) which asks for the encryption. */
export function encryptionFields(encryption: S3Encryption | undefined) {
  if (encryption === undefined) return {};
  const { algorithm, kmsKeyId } = encryption;
  return {
    ServerSideEncryption: algorithm,
    ...(kmsKeyId !== undefined && { SSEKMSKeyId: kmsKeyId }),
    // One key for a bucket instead of a call to KMS for each object. S3 has none for two layers.
    ...(algorithm === 'aws:kms' && { BucketKeyEnabled: true }),
  };
}
