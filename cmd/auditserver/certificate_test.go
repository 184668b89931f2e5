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
	writeCertificateUntil(t, certFile, keyFile, number, changed, time.Now().Add(time.Hour))
}

func writeCertificateUntil(t *testing.T, certFile, keyFile string, number int64, changed, until time.Time) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(number), NotBefore: until.Add(-2 * time.Hour), NotAfter: until,
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

// What is wrong with a certificate is logged, and once: a client that connects again
// and again does not fill the log.
func TestWhatIsWrongWithACertificateIsLoggedOnce(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	now := time.Now()
	writeCertificateUntil(t, certFile, keyFile, 1, now, now.Add(-time.Minute))
	c, err := openCertificate(certFile, keyFile, log)
	require.NoError(t, err)
	for range 3 {
		require.NotNil(t, c.get())
	}
	require.Equal(t, 1, strings.Count(said.String(), "has expired on"))
	writeCertificate(t, certFile, keyFile, 2, now.Add(time.Minute))
	require.NotNil(t, c.get())
	said.Reset()
	require.NoError(t, os.Remove(keyFile))
	for range 3 {
		require.NotNil(t, c.get())
	}
	require.Equal(t, 1, strings.Count(said.String(), "can't be read again"))
	writeCertificateUntil(t, certFile, keyFile, 3, now.Add(2*time.Minute), now.Add(5*time.Hour))
	require.NotNil(t, c.get())
	require.Contains(t, said.String(), "is not valid before")
}
