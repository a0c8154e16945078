import {
  AbortMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';

/** Erases a bucket with everything in it, unfinished uploads included. */
export async function eraseBucket(client: S3Client, bucket: string): Promise<void> {
  for await (const { Contents: objects = [] } of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    if (objects.length === 0) continue;
    await client.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: objects.map(({ Key }) => ({ Key })), Quiet: true },
      }),
    );
  }
  const { Uploads: uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  for (const { Key, UploadId } of uploads) {
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
  }
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
}
