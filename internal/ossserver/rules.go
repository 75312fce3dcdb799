package ossserver

const (
	listingParameters = "prefix delimiter encoding-type"
	encryptionHeaders = "x-oss-server-side-encryption x-oss-server-side-data-encryption x-oss-server-side-encryption-key-id"
)

// rules is searched from the top: of two rows that fit, the more demanding one
// comes first.
func rules() []rule {
	table := []rule{
		{operation: ListBuckets, method: "GET", level: serviceLevel, serve: (*Server).listBuckets,
			allows: "prefix marker max-keys tag-key tag-value tagging regionList"},
		{operation: OptionObject, method: "OPTIONS", level: bucketLevel, access: anyone, serve: (*Server).optionObject},
		{operation: OptionObject, method: "OPTIONS", level: objectLevel, access: anyone, serve: (*Server).optionObject},
	}
	for _, c := range configs() {
		table = append(table, c.rules()...)
	}
	table = append(table, bucketRules()...)
	table = append(table, uploadRules()...)
	return append(table, objectRules()...)
}

func bucketRules() []rule {
	return []rule{
		{operation: HeadBucket, method: "HEAD", level: bucketLevel, serve: (*Server).headBucket},
		{operation: GetBucketInfo, method: "GET", level: bucketLevel, serve: (*Server).getBucketInfo,
			needs: "bucketInfo"},
		{operation: GetBucketLocation, method: "GET", level: bucketLevel, serve: (*Server).getBucketLocation,
			needs: "location"},
		{operation: GetBucketStat, method: "GET", level: bucketLevel, serve: (*Server).getBucketStat,
			needs: "stat"},
		{operation: PutBucketAcl, method: "PUT", level: bucketLevel, serve: (*Server).putBucketACL,
			needs: "acl"},
		{operation: GetBucketAcl, method: "GET", level: bucketLevel, serve: (*Server).getBucketACL,
			needs: "acl"},
		{operation: PutBucketVersioning, method: "PUT", level: bucketLevel, serve: (*Server).putBucketVersioning,
			needs: "versioning"},
		{operation: GetBucketVersioning, method: "GET", level: bucketLevel, serve: (*Server).getBucketVersioning,
			needs: "versioning"},
		{operation: ListLiveChannel, method: "GET", level: bucketLevel, serve: (*Server).listLiveChannel,
			needs: "live", allows: "prefix marker max-keys"},
		{operation: ListMultipartUploads, method: "GET", level: bucketLevel, serve: (*Server).listMultipartUploads,
			needs: "uploads", allows: listingParameters + " key-marker upload-id-marker max-uploads"},
		{operation: ListObjectVersions, method: "GET", level: bucketLevel, access: readers, serve: (*Server).listObjectVersions,
			needs: "versions", allows: listingParameters + " key-marker version-id-marker max-keys"},
		{operation: ListObjectsV2, method: "GET", level: bucketLevel, access: readers, serve: (*Server).listObjectsV2,
			needs: "list-type=2", allows: listingParameters + " start-after continuation-token max-keys fetch-owner"},
		{operation: ListObjects, method: "GET", level: bucketLevel, access: readers, serve: (*Server).listObjects,
			allows: listingParameters + " marker max-keys"},
		{operation: PutBucket, method: "PUT", level: bucketLevel, serve: (*Server).putBucket, encrypts: true},
		{operation: DeleteBucket, method: "DELETE", level: bucketLevel, serve: (*Server).deleteBucket},
		{operation: DeleteMultipleObjects, method: "POST", level: bucketLevel, serve: (*Server).deleteMultipleObjects,
			needs: "delete", allows: "encoding-type"},
		{operation: PostObject, method: "POST", level: bucketLevel, access: anyone, serve: (*Server).postObject, encrypts: true}, // the form says who sends it
	}
}

func uploadRules() []rule {
	return []rule{
		{operation: ListParts, method: "GET", level: objectLevel, serve: (*Server).listParts,
			needs: "uploadId", allows: "part-number-marker max-parts encoding-type"},
		{operation: UploadPartCopy, method: "PUT", level: objectLevel, access: writers, serve: (*Server).uploadPartCopy, copies: true,
			needs: "partNumber uploadId", allows: "versionId"}, // x-oss-copy-source names the version
		{operation: UploadPart, method: "PUT", level: objectLevel, access: writers, serve: (*Server).uploadPart,
			needs: "partNumber uploadId", allows: "sequential"},
		{operation: InitiateMultipartUpload, method: "POST", level: objectLevel, access: writers, serve: (*Server).initiateMultipartUpload,
			needs: "uploads", allows: "encoding-type sequential versionId", encrypts: true},
		{operation: CompleteMultipartUpload, method: "POST", level: objectLevel, access: writers, serve: (*Server).completeMultipartUpload,
			needs: "uploadId", allows: "encoding-type sequential"},
		{operation: AbortMultipartUpload, method: "DELETE", level: objectLevel, access: writers, serve: (*Server).abortMultipartUpload,
			needs: "uploadId"},
	}
}

func objectRules() []rule {
	return []rule{
		{operation: GetSymlink, method: "GET", level: objectLevel, access: readers, serve: (*Server).getSymlink,
			needs: "symlink", allows: "versionId"},
		{operation: GetObjectAcl, method: "GET", level: objectLevel, serve: (*Server).getObjectACL,
			needs: "acl", allows: "versionId"},
		{operation: GetObjectTagging, method: "GET", level: objectLevel, serve: (*Server).getObjectTagging,
			needs: "tagging", allows: "versionId"},
		{operation: GetObject, method: "GET", level: objectLevel, access: readers, serve: (*Server).getObject,
			allows: responseOverrides + " versionId"},
		{operation: GetObjectMeta, method: "HEAD", level: objectLevel, access: readers, serve: (*Server).getObjectMeta,
			needs: "objectMeta", allows: "versionId"},
		{operation: HeadObject, method: "HEAD", level: objectLevel, access: readers, serve: (*Server).headObject,
			allows: "versionId"},

		{operation: PutSymlink, method: "PUT", level: objectLevel, access: writers, serve: (*Server).putSymlink,
			needs: "symlink", encrypts: true},
		{operation: PutObjectAcl, method: "PUT", level: objectLevel, serve: (*Server).putObjectACL,
			needs: "acl", allows: "versionId"},
		{operation: PutObjectTagging, method: "PUT", level: objectLevel, serve: (*Server).putObjectTagging,
			needs: "tagging", allows: "versionId"},
		{operation: CopyObject, method: "PUT", level: objectLevel, access: writers, serve: (*Server).copyObject, copies: true, encrypts: true},
		{operation: PutObject, method: "PUT", level: objectLevel, access: writers, serve: (*Server).putObject, encrypts: true},

		{operation: AppendObject, method: "POST", level: objectLevel, access: writers, serve: (*Server).appendObject,
			needs: "append position", encrypts: true},
		{operation: RestoreObject, method: "POST", level: objectLevel, serve: (*Server).restoreObject,
			needs: "restore", allows: "versionId"},
		{operation: CleanRestoredObject, method: "POST", level: objectLevel, serve: (*Server).cleanRestoredObject,
			needs: "cleanRestoredObject", allows: "versionId"},

		{operation: DeleteObjectTagging, method: "DELETE", level: objectLevel, serve: (*Server).deleteObjectTagging,
			needs: "tagging", allows: "versionId"},
		{operation: DeleteObject, method: "DELETE", level: objectLevel, access: writers, serve: (*Server).deleteObject,
			allows: "versionId symlink"}, // a link is deleted like any object
	}
}
