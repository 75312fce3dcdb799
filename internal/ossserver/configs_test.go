package ossserver

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// configCase is a setting of a bucket with a document that is taken and such
// that are not.
type configCase struct {
	name, document string
	absent         string // error code of a bucket without; empty: it answers a default
	refused        map[string]string
}

func configCases() []configCase {
	malformed := map[string]string{"": "MalformedXML", "<Other/>": "MalformedXML", "<": "MalformedXML"}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range []map[string]string{malformed, more} {
			for doc, code := range m {
				all[doc] = code
			}
		}
		return all
	}
	lifecycle := func(rule string) string {
		return "<LifecycleConfiguration><Rule>" + rule + "</Rule></LifecycleConfiguration>"
	}
	return []configCase{
		{"tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>", "", with(map[string]string{
			"<Tagging/>": "MalformedXML",
			"<Tagging><TagSet><Tag><Key></Key></Tag></TagSet></Tagging>": "InvalidTag"})},
		{"encryption", "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
			"NoSuchServerSideEncryptionRule", with(map[string]string{
				"<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>X</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>": "InvalidEncryptionAlgorithmError"})},
		{"lifecycle", lifecycle("<ID>r</ID><Prefix>a/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration><AbortMultipartUpload><CreatedBeforeDate>2026-05-01T00:00:00.000Z</CreatedBeforeDate></AbortMultipartUpload>"),
			"NoSuchLifecycle", with(map[string]string{
				"<LifecycleConfiguration/>": "MalformedXML",
				lifecycle("<Status>On</Status><Expiration><Days>1</Days></Expiration>"):                                                                                                                "MalformedXML",
				lifecycle("<Status>Enabled</Status>" + strings.Repeat("<Expiration><Days>1</Days></Expiration>", maxLifecycleActions+1)):                                                               "MalformedXML",
				lifecycle("<Status>Enabled</Status>"):                                                                                                                                                  "MalformedXML",
				lifecycle("<Status>Enabled</Status><Expiration><Days>0</Days></Expiration>"):                                                                                                           "MalformedXML",
				lifecycle("<Status>Enabled</Status><Expiration><Date>2026-05-01T01:00:00Z</Date></Expiration>"):                                                                                        "MalformedXML",
				lifecycle("<Status>Enabled</Status><Expiration><Days>1</Days><Date>2026-05-01T00:00:00Z</Date></Expiration>"):                                                                          "MalformedXML",
				lifecycle("<Status>Enabled</Status><Transition><Days>1</Days><StorageClass>Best</StorageClass></Transition>"):                                                                          "InvalidArgument",
				lifecycle("<Status>Enabled</Status><Transition><Days>1</Days><StorageClass>Standard</StorageClass></Transition>"):                                                                      "InvalidArgument",
				lifecycle("<Status>Enabled</Status><Expiration><Days>3</Days></Expiration><Transition><Days>4</Days><StorageClass>IA</StorageClass></Transition>"):                                     "InvalidArgument",
				lifecycle("<Status>Enabled</Status><Expiration><Date>2026-05-01T00:00:00Z</Date></Expiration><Transition><Days>4</Days><StorageClass>IA</StorageClass></Transition>"):                  "InvalidRequest",
				lifecycle("<Status>Enabled</Status><Transition><Days>5</Days><StorageClass>IA</StorageClass></Transition><Transition><Days>2</Days><StorageClass>Archive</StorageClass></Transition>"): "InvalidArgument",
				lifecycle("<Status>Enabled</Status><NoncurrentVersionTransition><NoncurrentDays>20</NoncurrentDays><StorageClass>IA</StorageClass></NoncurrentVersionTransition><NoncurrentVersionTransition><NoncurrentDays>12</NoncurrentDays><StorageClass>Archive</StorageClass></NoncurrentVersionTransition>"): "InvalidArgument",
				lifecycle("<Status>Enabled</Status><Tag><Key>%</Key><Value></Value></Tag><Expiration><Days>1</Days></Expiration>"): "InvalidTag",
				lifecycle("<ID>r</ID><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule><Rule><ID>r</ID>"):      "InvalidArgument"})},
		{"cors", "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod></CORSRule></CORSConfiguration>",
			"NoSuchCORSConfiguration", with(map[string]string{
				"<CORSConfiguration/>": "MalformedXML",
				"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>":                                                                    "MalformedXML",
				"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod></CORSRule></CORSConfiguration>":                                "InvalidArgument",
				"<CORSConfiguration><CORSRule><AllowedOrigin>*.*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>":                                "InvalidArgument",
				"<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>-1</MaxAgeSeconds></CORSRule></CORSConfiguration>": "InvalidArgument"})},
		{"website", "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>",
			"NoSuchWebsiteConfiguration", with(map[string]string{
				"<WebsiteConfiguration/>": "MalformedXML",
				"<WebsiteConfiguration><IndexDocument><Suffix>a/b</Suffix></IndexDocument></WebsiteConfiguration>":                                                                                        "InvalidArgument",
				"<WebsiteConfiguration><ErrorDocument><Key></Key></ErrorDocument></WebsiteConfiguration>":                                                                                                 "InvalidArgument",
				"<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Redirect><RedirectType>Mirror</RedirectType></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>": "InvalidArgument",
				"<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>0</RuleNumber></RoutingRule></RoutingRules></WebsiteConfiguration>":                                                         "MalformedXML"})},
		{"referer", "<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><RefererList><Referer>http://a</Referer></RefererList></RefererConfiguration>", "",
			with(map[string]string{"<RefererConfiguration/>": "MalformedXML"})},
		{"logging", "<BucketLoggingStatus><LoggingEnabled><TargetBucket>" + testBucket + "</TargetBucket><TargetPrefix>p</TargetPrefix></LoggingEnabled></BucketLoggingStatus>", "",
			with(map[string]string{
				"<BucketLoggingStatus><LoggingEnabled><TargetBucket>no-such-bucket</TargetBucket></LoggingEnabled></BucketLoggingStatus>":                                                   "InvalidTargetBucketForLogging",
				"<BucketLoggingStatus><LoggingEnabled><TargetBucket>X</TargetBucket></LoggingEnabled></BucketLoggingStatus>":                                                                "InvalidTargetBucketForLogging",
				"<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>" + strings.Repeat("p", 33) + "</TargetPrefix></LoggingEnabled></BucketLoggingStatus>": "InvalidArgument"})},
		{"policy", `{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["*"],"Resource":["acs:oss:*:*:b/*"]}]}`,
			"NoSuchBucketPolicy", map[string]string{
				"": "InvalidPolicyDocument", "{}": "InvalidPolicyDocument", "<": "InvalidPolicyDocument",
				`{"Version":"1","Statement":[{"Effect":"Maybe"}]}`: "InvalidPolicyDocument"}},
		{"requestPayment", "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>", "",
			with(map[string]string{"<RequestPaymentConfiguration><Payer>Nobody</Payer></RequestPaymentConfiguration>": "MalformedXML"})},
	}
}

// TestBucketConfigs: each setting is refused when it is wrong, kept through a
// restart, given back as it came, and removed where OSS can do that.
func TestBucketConfigs(t *testing.T) {
	settings := map[string]config{}
	for _, c := range configs() {
		settings[c.name] = c
	}
	for _, row := range configCases() {
		t.Run(row.name, func(t *testing.T) {
			h := newHarness(t)
			path := "/" + testBucket + "/?" + row.name
			if got := h.raw("GET", path, nil); got.code() != row.absent {
				t.Errorf("absent: %d %q, want %q", got.status, got.code(), row.absent)
			}
			for doc, code := range row.refused {
				if got := h.raw("PUT", path, []byte(doc)); got.code() != code {
					t.Errorf("%s: %d %q, want %q", doc, got.status, got.code(), code)
				}
			}
			if got := h.raw("PUT", path, []byte(row.document)); got.status != 200 {
				t.Fatalf("put: %d %s", got.status, got.body)
			}
			if err := h.Close(); err != nil {
				t.Fatal(err)
			}
			h.open()
			got := h.raw("GET", path, nil)
			if !bytes.HasSuffix(got.body, settings[row.name].told([]byte(row.document))) {
				t.Errorf("get: %d %s", got.status, got.body)
			}
			want := 501
			if settings[row.name].remove != "" {
				want = 204
			}
			if got := h.raw("DELETE", path, nil); got.status != want {
				t.Errorf("delete: %d %s", got.status, got.body)
			}
			if got := h.raw("GET", path, nil); want == 204 && got.code() != row.absent {
				t.Errorf("after the delete: %d %q", got.status, got.code())
			}
			for _, method := range []string{"GET", "PUT"} {
				if got := h.raw(method, "/no-such-bucket/?"+row.name, []byte(row.document)); got.code() != "NoSuchBucket" {
					t.Errorf("%s without a bucket: %d %q", method, got.status, got.code())
				}
			}
		})
	}
}

// TestSDKBucketConfigs goes once through the SDK, whose types must find their
// elements in the answers.
func TestSDKBucketConfigs(t *testing.T) {
	h := newHarness(t)
	b, ctx := oss.Ptr(testBucket), t.Context()
	for _, row := range configCases() {
		if got := h.raw("PUT", "/"+testBucket+"/?"+row.name, []byte(row.document)); got.status != 200 {
			t.Fatalf("put %s: %d %s", row.name, got.status, got.body)
		}
	}
	var got []string
	note := func(v any, err error) {
		if err != nil {
			t.Error(err)
		}
		got = append(got, fmt.Sprint(v))
	}
	tags, err := h.client.GetBucketTags(ctx, &oss.GetBucketTagsRequest{Bucket: b})
	note(*tags.Tagging.TagSet.Tags[0].Key, err)
	sse, err := h.client.GetBucketEncryption(ctx, &oss.GetBucketEncryptionRequest{Bucket: b})
	note(*sse.ServerSideEncryptionRule.ApplyServerSideEncryptionByDefault.SSEAlgorithm, err)
	lifecycle, err := h.client.GetBucketLifecycle(ctx, &oss.GetBucketLifecycleRequest{Bucket: b})
	note(*lifecycle.LifecycleConfiguration.Rules[0].ID, err)
	cors, err := h.client.GetBucketCors(ctx, &oss.GetBucketCorsRequest{Bucket: b})
	note(cors.CORSConfiguration.CORSRules[0].AllowedMethods, err)
	website, err := h.client.GetBucketWebsite(ctx, &oss.GetBucketWebsiteRequest{Bucket: b})
	note(*website.WebsiteConfiguration.IndexDocument.Suffix, err)
	referer, err := h.client.GetBucketReferer(ctx, &oss.GetBucketRefererRequest{Bucket: b})
	note(*referer.RefererConfiguration.AllowEmptyReferer, err)
	logging, err := h.client.GetBucketLogging(ctx, &oss.GetBucketLoggingRequest{Bucket: b})
	note(*logging.BucketLoggingStatus.LoggingEnabled.TargetBucket, err)
	policy, err := h.client.GetBucketPolicy(ctx, &oss.GetBucketPolicyRequest{Bucket: b})
	note(policy.Body[:14], err)
	payment, err := h.client.GetBucketRequestPayment(ctx, &oss.GetBucketRequestPaymentRequest{Bucket: b})
	note(*payment.Payer, err)
	if want := `a KMS r [PUT] index.html false bucket {"Version":"1" Requester`; strings.Join(got, " ") != want {
		t.Errorf("got %s\nwant %s", strings.Join(got, " "), want)
	}
}

func TestBucketTagsPartly(t *testing.T) {
	h := newHarness(t)
	path := "/" + testBucket + "/?tagging"
	doc := "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key></Tag><Tag><Key>c</Key></Tag></TagSet></Tagging>"
	if got := h.raw("PUT", path, []byte(doc)); got.status != 200 {
		t.Fatalf("put: %d %s", got.status, got.body)
	}
	if got := h.raw("DELETE", path+"=a%2Cc%2Cz", nil); got.status != 204 {
		t.Errorf("delete: %d %s", got.status, got.body)
	}
	if got := string(h.raw("GET", path, nil).body); !strings.Contains(got, "<TagSet><Tag><Key>b</Key><Value></Value></Tag></TagSet>") {
		t.Errorf("left %s", got)
	}
}

func TestListBucketsByTag(t *testing.T) {
	h := newHarness(t)
	for i, value := range []string{"x", "y", "x"} {
		name := fmt.Sprint("tagged-", i)
		if err := h.CreateBucket(name); err != nil {
			t.Fatal(err)
		}
		h.raw("PUT", "/"+name+"/?tagging", []byte("<Tagging><TagSet><Tag><Key>k</Key><Value>"+value+"</Value></Tag></TagSet></Tagging>"))
	}
	for _, row := range []struct {
		query, names string
		truncated    bool
	}{
		{"tag-key=k", "tagged-0 tagged-1 tagged-2", false},
		{"tag-key=k&tag-value=x", "tagged-0 tagged-2", false},
		{"tag-key=k&tag-value=x&max-keys=1", "tagged-0", true},
		{"tag-key=k&tag-value=x&max-keys=1&marker=tagged-0", "tagged-2", false},
		{"tagging=%22k%22%3A%22y%22", "tagged-1", false},
		{"tag-key=other", "", false},
		{"", testBucket + " tagged-0 tagged-1 tagged-2", false},
	} {
		body := string(h.raw("GET", "/?"+row.query, nil).body)
		var names []string
		for part := range strings.SplitSeq(body, "<Name>") {
			if name, _, ok := strings.Cut(part, "</Name>"); ok {
				names = append(names, name)
			}
		}
		if got := strings.Join(names, " "); got != row.names || strings.Contains(body, "<IsTruncated>true<") != row.truncated {
			t.Errorf("%s: %s", row.query, body)
		}
	}
	for _, query := range []string{"tag-value=x", "tagging=k", "tagging=%22k%22", "tag-key=k&tagging=%22k%22%3A%22y%22"} {
		if got := h.raw("GET", "/?"+query, nil); got.code() != "InvalidArgument" {
			t.Errorf("%s: %d %s", query, got.status, got.code())
		}
	}
}

// TestBucketCreate: settings may come in headers and in the document.
func TestBucketCreate(t *testing.T) {
	h := newHarness(t)
	for i, row := range []struct {
		header []string
		doc    string
		want   []string
	}{
		{nil, "", []string{"Standard", "LRS", "private"}},
		{[]string{"x-oss-acl", "public-read", "x-oss-storage-class", "IA", "x-oss-data-redundancy-type", "ZRS"}, "", []string{"IA", "ZRS", "public-read"}},
		{nil, "<CreateBucketConfiguration><StorageClass>Archive</StorageClass><DataRedundancyType>ZRS</DataRedundancyType></CreateBucketConfiguration>", []string{"Archive", "ZRS", "private"}},
	} {
		name := fmt.Sprint("created-", i)
		if got := h.raw("PUT", "/"+name+"/", []byte(row.doc), row.header...); got.status != 200 {
			t.Fatalf("%v: %d %s", row, got.status, got.body)
		}
		info, err := h.client.GetBucketInfo(t.Context(), &oss.GetBucketInfoRequest{Bucket: &name})
		if err != nil {
			t.Fatal(err)
		}
		b := info.BucketInfo
		if got := []string{*b.StorageClass, *b.DataRedundancyType, *b.ACL}; fmt.Sprint(got) != fmt.Sprint(row.want) {
			t.Errorf("got %v, want %v", got, row.want)
		}
	}
	for _, acl := range []oss.BucketACLType{"public-read-write", "private"} {
		if _, err := h.client.PutBucketAcl(t.Context(), &oss.PutBucketAclRequest{Bucket: oss.Ptr(testBucket), Acl: acl}); err != nil {
			t.Fatal(err)
		}
		if got, err := h.client.GetBucketAcl(t.Context(), &oss.GetBucketAclRequest{Bucket: oss.Ptr(testBucket)}); err != nil || *got.ACL != string(acl) {
			t.Errorf("ACL %+v, %v", got, err)
		}
	}
	if got := h.raw("PUT", "/"+testBucket+"/?acl", nil); got.code() != "InvalidArgument" {
		t.Errorf("no ACL: %d %s", got.status, got.code())
	}
}

func TestBucketStat(t *testing.T) {
	h := newHarness(t)
	h.put("a", "12345")
	h.put("b", "123", func(r *oss.PutObjectRequest) { r.StorageClass = oss.StorageClassIA })
	h.setVersioning(oss.VersionEnabled)
	h.put("a", "1")
	h.deleteVersion("b", "")
	h.part("u", h.initiate("u"), 1, []byte("part"))
	got, err := h.client.GetBucketStat(t.Context(), &oss.GetBucketStatRequest{Bucket: oss.Ptr(testBucket)})
	if err != nil {
		t.Fatal(err)
	}
	counts := []int64{got.Storage, got.ObjectCount, got.StandardStorage, got.StandardObjectCount, got.InfrequentAccessStorage,
		got.InfrequentAccessObjectCount, got.MultipartUploadCount, got.MultipartPartCount, got.DeleteMarkerCount}
	if want := []int64{9, 3, 6, 2, 3, 1, 1, 1, 1}; fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", counts, want)
	}
}
