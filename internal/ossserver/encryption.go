package ossserver

import (
	"cmp"
	"net/http"
)

// encryption is what a client says about encryption by the server. It is kept
// and told again; bytes are stored as they came.
type encryption struct {
	Algorithm string `json:"a,omitempty"` // AES256, KMS or SM4; empty: none
	Data      string `json:"d,omitempty"` // SM4 or empty; with KMS alone
	Key       string `json:"k,omitempty"` // id of a KMS key
}

// defaultKMSKey stands for the key that the service makes for an account.
const defaultKMSKey = "00000000-0000-4000-8000-000000000000"

// parseEncryption reads the headers for encryption.
func parseEncryption(header http.Header) (encryption, error) {
	return checkEncryption(encryption{
		Algorithm: header.Get("X-Oss-Server-Side-Encryption"),
		Data:      header.Get("X-Oss-Server-Side-Data-Encryption"),
		Key:       header.Get("X-Oss-Server-Side-Encryption-Key-Id"),
	})
}

// checkEncryption judges an encryption and fills in the default key.
func checkEncryption(e encryption) (encryption, error) {
	switch {
	case e.Algorithm != "" && e.Algorithm != "AES256" && e.Algorithm != "KMS" && e.Algorithm != "SM4":
		return e, newError(http.StatusBadRequest, "InvalidEncryptionAlgorithmError",
			"The Encryption request you specified is not valid. Supported value: AES256/KMS/SM4.")
	case e.Algorithm != "KMS" && e.Key != "":
		return e, invalidArgument("The key id is for KMS only.")
	case e.Data != "" && e.Data != "SM4":
		return e, invalidArgument("The data encryption algorithm %q is not valid. Supported value: SM4.", e.Data)
	}
	if e.Algorithm != "KMS" {
		e.Data = "" // the service passes over it
	} else if e.Key == "" {
		e.Key = defaultKMSKey
	}
	return e, nil
}

// writeHeaders tells how an object is encrypted.
func (e encryption) writeHeaders(h http.Header) {
	if e.Algorithm == "" {
		return
	}
	h.Set("X-Oss-Server-Side-Encryption", e.Algorithm)
	if e.Data != "" {
		h.Set("X-Oss-Server-Side-Data-Encryption", e.Data)
	}
	if e.Key != "" {
		h.Set("X-Oss-Server-Side-Encryption-Key-Id", e.Key)
	}
}

// document is the setting that makes a bucket encrypt so.
func (e encryption) document() []byte {
	w := newDocument()
	w.open("ServerSideEncryptionRule")
	w.open("ApplyServerSideEncryptionByDefault")
	w.text("SSEAlgorithm", e.Algorithm)
	if e.Key != defaultKMSKey {
		w.optional("KMSMasterKeyID", e.Key)
	}
	w.optional("KMSDataEncryption", e.Data)
	w.end("ApplyServerSideEncryptionByDefault")
	w.end("ServerSideEncryptionRule")
	return w.bytes()
}

// writeRule writes the encryption of a bucket for GetBucketInfo.
func (e encryption) writeRule(w *xmlWriter) {
	w.open("ServerSideEncryptionRule")
	w.text("SSEAlgorithm", cmp.Or(e.Algorithm, "None"))
	if e.Key != defaultKMSKey {
		w.optional("KMSMasterKeyID", e.Key)
	}
	w.optional("KMSDataEncryption", e.Data)
	w.end("ServerSideEncryptionRule")
}
