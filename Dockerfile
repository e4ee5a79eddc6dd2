# rolelint, static, in an image that holds nothing but it and the CA certificates. It runs as nobody, and needs neither a
# shell nor a file that it may write:
#
#   docker build -t rolelint .
#   docker run --rm --read-only --env OPENAI_ADMIN_KEY --volume "$PWD/access:/access:ro" rolelint check --policy /access
FROM rust:1.95-alpine AS build
RUN apk add --no-cache build-base ca-certificates
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY policies policies
COPY benches benches
COPY tests tests
COPY examples examples
RUN cargo build --locked --profile dist --bin rolelint

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/target/dist/rolelint /rolelint
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65534:65534
ENTRYPOINT ["/rolelint"]
