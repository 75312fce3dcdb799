// Package iter lists what is in Alibaba Cloud OSS with range loops over the client of the official Go SDK
// (github.com/aliyun/alibabacloud-oss-go-sdk-v2).
//
//	for object, err := range iter.Objects(ctx, client, "bucket", iter.ObjectsOptions{Prefix: "www/"}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(object.Key, object.Size)
//	}
//
// There are five sequences: [Buckets] of an account, [Objects] and [MultipartUploads] of a bucket, [ObjectUploads] of
// one key, and [Parts] of one upload. All of them
//
//   - send nothing until they are ranged over, fetch one page at a time, hold no more than that page, and send nothing
//     more once the loop is left;
//   - come in strictly ascending order of the bytes of their names, which is checked, not assumed;
//   - end with at most one error, handed out as the last pair. A loop that ended without one has seen everything;
//   - may be ranged over again, from the start or, with a [Cursor], from where the last range ended or failed.
//
// # A listing is whole or an error
//
// A program that deletes what it does not find must not take a bad answer for an empty bucket. So an answer counts as a
// page only if it is well-formed to its last byte, is about the bucket, prefix and upload that were asked for, has all
// that the service always sends, keeps its order within itself and with the page before, and, if there is more, says
// from where in a way that moves on. Everything else, such as the login page of a proxy with status 200, an empty body
// or a listing that was cut off, is an error that wraps [ErrNotListing]. A page that is refused hands out none of its
// entries.
//
// The pages of a listing are no snapshot, though: what is created or removed while it is read may show or not.
//
// # Failures and attempts
//
// Each page is asked for up to Paging.MaxAttempts times; the SDK's own retries, which would multiply these, are off for
// the calls made here. Errors say what was listed and which page failed. [ErrNotFound] and *oss.ServiceError are found
// in them with [errors.Is] and [errors.As].
//
// # Bounds
//
// At most 8 MiB are read of a listing. The body of an answer that is an error is read by the SDK before this package
// sees it and is as long as the HTTP client of the SDK lets it be; no more than 1 MiB of it is kept.
package iter
