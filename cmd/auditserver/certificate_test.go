package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// writeCertificate makes a certificate with a number, changed at a time.
func writeCertificate(t *testing.T, certFile, keyFile string, number int64, changed time.Time) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(number), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(block), 0o600))
		require.NoError(t, os.Chtimes(file, changed, changed))
	}
}

func TestServesHTTPSAndReadsTheCertificateAgain(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	now := time.Now()
	writeCertificate(t, certFile, keyFile, 1, now)
	printed, stop := serve(t, "-addr", "127.0.0.1:0", "-tls-cert", certFile, "-tls-key", keyFile)
	require.True(t, strings.HasPrefix(printed["server URL"], "https://"))
	address := strings.TrimSuffix(strings.TrimPrefix(printed["server URL"], "https://"), "/parse")
	presented := func() int64 {
		conn, err := (&tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}}).DialContext(t.Context(), "tcp", address) // it looks at the certificate itself
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
		return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	require.EqualValues(t, 1, presented())
	writeCertificate(t, certFile, keyFile, 2, now.Add(time.Minute))
	require.EqualValues(t, 2, presented())
	require.NoError(t, os.WriteFile(certFile, []byte("half"), 0o600))
	require.EqualValues(t, 2, presented(), "the last that could be read")
	require.NoError(t, os.Remove(keyFile))
	require.EqualValues(t, 2, presented())
	writeCertificate(t, certFile, keyFile, 3, now.Add(2*time.Minute))
	require.EqualValues(t, 3, presented())
	require.NoError(t, stop())
}

func TestCertificateRefusals(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeCertificate(t, certFile, keyFile, 1, time.Now())
	other := filepath.Join(dir, "other.pem")
	writeCertificate(t, filepath.Join(dir, "x.pem"), other, 2, time.Now())
	var said bytes.Buffer
	for want, files := range map[string][2]string{
		"one of them is missing": {certFile, ""}, "no such file": {certFile, filepath.Join(dir, "none")}, "does not match": {certFile, other},
	} {
		_, err := openCertificate(files[0], files[1], slog.New(slog.NewTextHandler(&said, nil)))
		require.ErrorContains(t, err, want)
	}
}
