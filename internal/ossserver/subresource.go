package ossserver

import (
	"slices"
	"strings"
)

// isSubresource reports whether OSS knows one operation from another by a query
// name, of those too that this server does not have. V1 signatures cover them.
func isSubresource(name string) bool {
	switch name {
	case
		"accessPoint", "accessPointPolicy", "acl", "append", "asyncFetch",
		"bucketArchiveDirectRead", "bucketInfo", "callback", "callback-var", "cleanRestoredObject",
		"cloudboxes", "cname", "comp", "continuation-token", "cors", "delete", "encryption", "endTime",
		"group", "httpsConfig", "img", "inventory", "inventoryId", "lifecycle", "link", "live",
		"location", "logging", "metaQuery", "objectInfo", "objectMeta", "objectWorm", "partNumber",
		"policy", "policyStatus", "position", "publicAccessBlock", "qos", "qosInfo", "qosRequester",
		"redundancyTransition", "referer", "regionList", "regions", "replication",
		"replicationLocation", "replicationProgress", "requestPayment", "requesterQosInfo",
		"resourceGroup", "resourcePool", "resourcePoolBuckets", "resourcePoolInfo",
		"responseHeader", "restore", "rtc", "security-token", "sequential", "startTime", "stat",
		"status", "style", "styleName", "symlink", "tagging", "transferAcceleration", "udf",
		"udfApplication", "udfApplicationLog", "udfId", "udfImage", "udfImageDesc", "udfName",
		"uploadId", "uploads", "userDefinedLogFieldsConfig", "versionId", "versioning", "versions",
		"vod", "website", "withHashContext", "worm", "wormExtend", "wormId":
		return true
	}
	return false
}

// isSignedV1 reports whether V1 signs a query parameter.
func isSignedV1(name string) bool {
	return isSubresource(name) ||
		slices.Contains(strings.Fields(responseOverrides), name) || strings.HasPrefix(name, ossPrefix)
}

// choosesOperation reports whether a query name says what a request is to do. To
// pass over one would be a lie: "DELETE key?acl" must not delete the key. Other
// names that an operation does not know are passed over, as the service does.
func choosesOperation(name string) bool {
	return isSubresource(name) || strings.HasPrefix(name, ossPrefix) || name == "list-type" || name == "accessmonitor"
}
