package ossclient

import "net/http"

// wordedInXML has the SDK read a refusal as XML, in which OSS words all of them. Told
// that one is JSON, it makes a nil error of "null", and takes the status from what
// the text says.
func wordedInXML(answer *http.Response) {
	if answer.StatusCode/100 != 2 {
		answer.Header.Set("Content-Type", "application/xml")
	}
}
