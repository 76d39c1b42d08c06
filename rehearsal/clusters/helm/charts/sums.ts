/**
 * What the Go modules that carry charts contain, as lines of a go.sum have it: `module version` to the digest of its zip.
 * Go's own checksum database is asked as well, wherever the user has not switched it off.
 */
export const MODULE_SUMS: Readonly<Record<string, string>> = {
  "github.com/cert-manager/cert-manager v1.21.2": "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=",
  "github.com/cert-manager/trust-manager v0.25.0": "h1:nGtkHH9wEacI5uACdsq8wqCKWsCw1PMrwHPJcrUFUXA=",
  "github.com/cilium/cilium v1.19.5": "h1:R4tqIO3wwjzr5TnPw5cSbUhdMIjMAoHhtjNvO/hIZ+Q=",
  "github.com/cilium/cilium v1.20.2": "h1:dqiEGIcXc+gqCLYG/l7VCFJ8GHyb4HUrwbZOpkX5dL8=",
  "sigs.k8s.io/metrics-server v0.9.0": "h1:nlqqZ2H0Xfko8eJC/1qaNVVT17hu4rxndkOi22KTZ4w=",
};
