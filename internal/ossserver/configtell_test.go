package ossserver

import "testing"

// TestTold: flags come back in lower case, and with what the service fills in.
func TestTold(t *testing.T) {
	settings := map[string]config{}
	for _, c := range configs() {
		settings[c.name] = c
	}
	for _, row := range []struct{ name, document, told string }{
		{"cors", "<CORSConfiguration><CORSRule></CORSRule></CORSConfiguration>", "<CORSConfiguration><CORSRule></CORSRule><ResponseVary>false</ResponseVary></CORSConfiguration>"},
		{"cors", "<CORSConfiguration><ResponseVary>True</ResponseVary></CORSConfiguration>", "<CORSConfiguration><ResponseVary>true</ResponseVary></CORSConfiguration>"},
		{"website",
			"<W><Redirect><RedirectType>Mirror</RedirectType><MirrorFollowRedirect>False</MirrorFollowRedirect><MirrorHeaders><Pass>a</Pass></MirrorHeaders></Redirect></W>",
			"<W><Redirect><RedirectType>Mirror</RedirectType><MirrorFollowRedirect>false</MirrorFollowRedirect><MirrorHeaders><Pass>a</Pass><PassAll>false</PassAll></MirrorHeaders>" +
				"<PassQueryString>false</PassQueryString><MirrorPassQueryString>false</MirrorPassQueryString><MirrorCheckMd5>false</MirrorCheckMd5></Redirect></W>"},
		{"website", "<W><Redirect><MirrorHeaders/><RedirectType>Mirror</RedirectType></Redirect><Redirect><RedirectType>External</RedirectType></Redirect></W>",
			"<W><Redirect><MirrorHeaders/><RedirectType>Mirror</RedirectType><PassQueryString>false</PassQueryString><MirrorPassQueryString>false</MirrorPassQueryString>" +
				"<MirrorFollowRedirect>true</MirrorFollowRedirect><MirrorCheckMd5>false</MirrorCheckMd5></Redirect><Redirect><RedirectType>External</RedirectType></Redirect></W>"},
		{"website", "<W><Redirect><RedirectType>Mirror</RedirectType><MirrorPassQueryString>True</MirrorPassQueryString><MirrorFollowRedirect>true</MirrorFollowRedirect><MirrorCheckMd5>true</MirrorCheckMd5></Redirect></W>",
			"<W><Redirect><RedirectType>Mirror</RedirectType><MirrorPassQueryString>true</MirrorPassQueryString><MirrorFollowRedirect>true</MirrorFollowRedirect><MirrorCheckMd5>true</MirrorCheckMd5>" +
				"<PassQueryString>true</PassQueryString></Redirect></W>"},
		{"website", "<W><Redirect><PassQueryString>true</PassQueryString><MirrorHeaders><Pass>a</Pass></MirrorHeaders><MirrorFollowRedirect>true</MirrorFollowRedirect><MirrorCheckMd5>true</MirrorCheckMd5><RedirectType>Mirror</RedirectType></Redirect></W>",
			"<W><Redirect><PassQueryString>false</PassQueryString><MirrorHeaders><Pass>a</Pass><PassAll>false</PassAll></MirrorHeaders><MirrorFollowRedirect>true</MirrorFollowRedirect><MirrorCheckMd5>true</MirrorCheckMd5><RedirectType>Mirror</RedirectType>" +
				"<MirrorPassQueryString>false</MirrorPassQueryString></Redirect></W>"},
		{"encryption", "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm><KMSDataEncryption>SM4</KMSDataEncryption></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"},
		{"lifecycle", "<a><ExpiredObjectDeleteMarker>True</ExpiredObjectDeleteMarker><Prefix>True</Prefix></a>", "<a><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker><Prefix>True</Prefix></a>"},
		{"cors", "<CORSConfiguration><b/></CORSConfiguration><!-- </a> -->", "<CORSConfiguration><b/><ResponseVary>false</ResponseVary></CORSConfiguration><!-- </a> -->"},
		{"cors", "<CORSConfiguration><!-- <ResponseVary> --><b><ResponseVary>x</ResponseVary></b></CORSConfiguration>",
			"<CORSConfiguration><!-- <ResponseVary> --><b><ResponseVary>x</ResponseVary></b><ResponseVary>false</ResponseVary></CORSConfiguration>"},
		{"cors", "<a><AllowedHeader>X-A*</AllowedHeader></a>", "<a><AllowedHeader>x-a*</AllowedHeader></a>"},
		{"policy", `{"a":"<PassAll>True</PassAll>"}`, `{"a":"<PassAll>True</PassAll>"}`},
	} {
		c := settings[row.name]
		if got := string(c.told([]byte(row.document))); got != row.told {
			t.Errorf("%s\nis told as %s\nwant       %s", row.document, got, row.told)
		}
	}
}
