/** A self-signed certificate of localhost, for tests only, valid for a hundred years; everybody has its key. */
export const testCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUELdAmW7ve9DGLMkxzHw+dBofPOMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA1MTgzMloYDzIxMjYxMDI4
MDUxODMyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQS994zWlN5MQJxt7PocoeKYjvByS2giWVoBy/qoxctBGGuLjKXKx4f
fnEiG0XqBd+XdosucVwXSLVJx/BxMyIIo28wbTAdBgNVHQ4EFgQUPk7TflUlGxmr
UsPwNyyoFEuUuR4wHwYDVR0jBBgwFoAUPk7TflUlGxmrUsPwNyyoFEuUuR4wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAMexq0Img/aACJmfEdF5peZOdZkEESWOTY3efJV1vIqZAiEA
msbSXMb3nBmXwzPaketM+SA/NQ3pdIeMYPBDgSWZvVc=
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBjz1mCEwvZypnjy9
IWIpWuMqaghPhmKMwhKGlyzGy0yhRANCAAQS994zWlN5MQJxt7PocoeKYjvByS2g
iWVoBy/qoxctBGGuLjKXKx4ffnEiG0XqBd+XdosucVwXSLVJx/BxMyII
-----END PRIVATE KEY-----
`,
};
