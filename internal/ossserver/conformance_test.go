package ossserver

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the conformance table into docs/server.md")

// Status of an operation in the conformance table.
const (
	served = "served" // does what OSS does, but for the difference told
	stored = "stored" // checked, kept and given back, without further effect
)

// conformance is a row of the table in docs/server.md.
type conformance struct {
	operation  Operation
	status     string
	difference string
	tests      string // space-separated
}

func conformances() []conformance {
	const noEffect = "Has no effect here."
	return []conformance{
		{ListBuckets, served, "One account owns all buckets. No resource groups.", "TestListBuckets TestListBucketsByTag"},
		{PutBucket, served, "Names are free as long as this server has none. No resource group.", "TestBucketCreate TestPutBucketAgain"},
		{DeleteBucket, served, "", "TestDeleteBucket TestVersionLife"},
		{HeadBucket, served, "", "TestHeadBucket"},
		{GetBucketInfo, served, "Both endpoints are this server. What it does not have is told as Disabled.", "TestBucketCreate TestSDKVirtualHosted"},
		{GetBucketLocation, served, "", "TestListBuckets"},
		{GetBucketStat, served, "Counts at once, where OSS tells numbers up to an hour old; billed and real size are the same. It looks at every object, so its time grows with their number.", "TestBucketStat"},
		{PutBucketAcl, served, "", "TestBucketCreate TestAnonymous TestPutBucketAclCreates"},
		{GetBucketAcl, served, "", "TestBucketCreate"},
		{PutBucketVersioning, served, "", "TestBucketVersioning TestVersionModel"},
		{GetBucketVersioning, served, "", "TestBucketVersioning"},
		{PutBucketTags, stored, "Found by ListBuckets.", "TestBucketConfigs TestListBucketsByTag"},
		{GetBucketTags, served, "", "TestBucketConfigs TestSDKBucketConfigs"},
		{DeleteBucketTags, served, "", "TestBucketConfigs TestBucketTagsPartly"},
		{PutBucketEncryption, served, "New objects tell it; bytes on disk are as they came.", "TestBucketConfigs TestEncryption"},
		{GetBucketEncryption, served, "", "TestBucketConfigs TestSDKBucketConfigs"},
		{DeleteBucketEncryption, served, "", "TestBucketConfigs TestEncryption"},
		{PutBucketLifecycle, stored, noEffect + " Nothing expires or changes its class.", "TestBucketConfigs TestLifecycleOverlap"},
		{GetBucketLifecycle, served, "", "TestBucketConfigs TestSDKBucketConfigs"},
		{DeleteBucketLifecycle, served, "", "TestBucketConfigs"},
		{PutBucketCors, served, "", "TestBucketConfigs TestCORS"},
		{GetBucketCors, served, "", "TestBucketConfigs TestSDKBucketConfigs"},
		{DeleteBucketCors, served, "", "TestBucketConfigs"},
		{PutBucketWebsite, stored, noEffect, "TestBucketConfigs TestTold"},
		{GetBucketWebsite, served, "", "TestBucketConfigs TestSDKBucketConfigs"},
		{DeleteBucketWebsite, served, "", "TestBucketConfigs"},
		{PutBucketReferer, stored, noEffect, "TestBucketConfigs"},
		{GetBucketReferer, served, "", "TestBucketConfigs TestSDKBucketConfigs"},
		{PutBucketLogging, stored, noEffect + " `--log` of the server logs requests.", "TestBucketConfigs"},
		{GetBucketLogging, served, "", "TestBucketConfigs TestSDKBucketConfigs"},
		{DeleteBucketLogging, served, "", "TestBucketConfigs"},
		{PutBucketPolicy, stored, noEffect + " Only version and effects are checked.", "TestBucketConfigs"},
		{GetBucketPolicy, served, "", "TestBucketConfigs TestSDKBucketConfigs"},
		{DeleteBucketPolicy, served, "", "TestBucketConfigs"},
		{PutBucketRequestPayment, stored, noEffect + " There is one account.", "TestBucketConfigs"},
		{GetBucketRequestPayment, served, "", "TestBucketConfigs TestSDKBucketConfigs"},

		{ListLiveChannel, served, "There are none: the list is empty.", "TestListLiveChannel"},

		{ListObjects, served, "", "TestWalk TestEN6OddKeysThroughSDK"},
		{ListObjectsV2, served, "", "TestWalk TestEN6OddKeysThroughSDK"},
		{ListObjectVersions, served, "The marker behind a null version is its place, not the word null.", "TestVersionModel TestListVersionsDelimiter"},
		{DeleteMultipleObjects, served, "All keys or none.", "TestDeleteMultipleObjects TestDeleteMultipleObjectsErrors TestDeleteControlCharacters TestVersionBatchDelete"},
		{PutObject, served, "Callbacks are refused. The ETag stays the MD5 under server-side encryption.", "TestSDKObjectLife TestLimits TestForbidOverwrite TestEncryption TestExpectContinue TestTrafficLimit TestIdleUpload"},
		{PostObject, served, "Callbacks are refused. A redirect is told bucket, key and ETag. Signatures V1 and V4.", "TestPostObject TestPostObjectRefused TestPostObjectAnonymous"},
		{CopyObject, served, "Kind, ETag and CRC-64 are those of the source. Callbacks are refused.", "TestCopyObject TestCopyErrors TestVersionTargets"},
		{AppendObject, served, "The ETag is of this server's making. No seal.", "TestAppend TestAppendErrors TestAppendToCopied TestAppendVersioned TestAppendConcurrently TestTrafficLimit"},
		{GetObject, served, "No image processing.", "TestSDKObjectLife TestRanges TestConditions TestResponseOverrides TestAnonymous TestTrafficLimit TestGzip TestIdleDownload"},
		{HeadObject, served, "", "TestSDKObjectLife TestConditions TestSymlink"},
		{GetObjectMeta, served, "No last access time.", "TestSDKObjectLife TestVersionTargets"},
		{DeleteObject, served, "", "TestSDKObjectLife TestVersionLife"},
		{OptionObject, served, "", "TestCORS"},
		{PutSymlink, served, "", "TestSymlink"},
		{GetSymlink, served, "", "TestSymlink"},
		{PutObjectAcl, served, "", "TestObjectACL TestAnonymous"},
		{GetObjectAcl, served, "", "TestObjectACL TestVersionTargets"},
		{PutObjectTagging, served, "", "TestObjectTagging TestVersionTargets"},
		{GetObjectTagging, served, "", "TestObjectTagging TestVersionTargets"},
		{DeleteObjectTagging, served, "", "TestObjectTagging TestVersionTargets"},
		{RestoreObject, served, "Takes the longest time that OSS names: Archive 1 minute; Cold Archive 1, 5 or 12 hours; Deep Cold Archive 12 or 48 hours. A priority cannot be raised.", "TestRestore TestRestoreErrors"},
		{CleanRestoredObject, served, "", "TestRestore"},

		{InitiateMultipartUpload, served, "", "TestMultipartLife TestSequentialUpload TestSequentialMD5"},
		{UploadPart, served, "", "TestMultipartLife TestLimits TestSequentialUpload TestEncryption TestTrafficLimit"},
		{UploadPartCopy, served, "", "TestUploadPartCopy TestSDKTransferManagers"},
		{CompleteMultipartUpload, served, "Callbacks are refused.", "TestMultipartLife TestMultipartETag TestCompleteErrors TestCompleteAll TestEmptyUpload"},
		{AbortMultipartUpload, served, "", "TestMultipartLife TestNoSuchUploadCodes"},
		{ListParts, served, "", "TestPI2ListParts"},
		{ListMultipartUploads, served, "", "TestMU5ListUploads"},
	}
}

const (
	tableBegin = "<!-- conformance table: go test ./internal/ossserver -run TestConformance -update -->\n"
	tableEnd   = "<!-- end of the conformance table -->\n"
)

func conformanceTable() string {
	var b strings.Builder
	b.WriteString("| operation | status | what differs from OSS | tests |\n| --- | --- | --- | --- |\n")
	for _, c := range conformances() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.operation, c.status, c.difference, strings.Join(strings.Fields(c.tests), ", "))
	}
	return b.String()
}

// TestConformance: the table has each operation of the routing table once, names
// tests that are there, and is the one in docs/server.md.
func TestConformance(t *testing.T) {
	var routed, listed []Operation
	for _, r := range rules() {
		routed = append(routed, r.operation)
	}
	tests := testNames(t)
	for _, c := range conformances() {
		listed = append(listed, c.operation)
		if c.tests == "" {
			t.Errorf("%s: no test", c.operation)
		}
		for name := range strings.FieldsSeq(c.tests) {
			if !tests[name] {
				t.Errorf("%s: no test %s", c.operation, name)
			}
		}
	}
	slices.Sort(routed)
	slices.Sort(listed)
	if routed = slices.Compact(routed); !slices.Equal(routed, listed) {
		t.Errorf("operations routed %v\nin the table %v", routed, listed)
	}
	checkDocument(t, filepath.Join("..", "..", "docs", "server.md"))
}

func checkDocument(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(text), tableBegin)
	_, tail, ended := strings.Cut(rest, tableEnd)
	if !found || !ended {
		t.Fatalf("%s has no place for the table", path)
	}
	want := head + tableBegin + conformanceTable() + tableEnd + tail
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is not up to date: go test ./internal/ossserver -run TestConformance -update", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// testNames returns the test functions of this package.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}
