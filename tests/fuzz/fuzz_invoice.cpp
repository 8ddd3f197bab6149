// What somebody can paste as an invoice. What is read must be written and read again as the same.
// Text that does not begin with "l" or "L" is taken as the inside of an invoice and given a prefix,
// a checksum and a signature, so that the fields are reached.
#include "core/bitcoin/address.h"
#include "core/crypto/hash.h"
#include "core/payment/invoice.h"

#include <cstdlib>

using namespace runnel;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

crypto::RecoverableSignature sign(const Hash256& digest) {
    static const auto key =
        crypto::PrivateKey::from(secret32_from(Bytes(32, 0x41)).value()).value();
    return crypto::sign_recoverable(key, digest);
}

std::string sealed(ByteView inside) {
    bitcoin::Bech32 text;
    text.hrp = "lnbcrt20u";
    for (const auto byte : inside) text.values.push_back(byte & 31);
    const auto octets = bitcoin::convert_bits(text.values, 5, 8, true).value();
    const auto signature = sign(crypto::sha256({bytes_of(text.hrp), octets}));
    auto bytes = to_bytes(signature.signature.view());
    bytes.push_back(static_cast<std::uint8_t>(signature.recovery_id));
    const auto values = bitcoin::convert_bits(bytes, 8, 5, true).value();
    text.values.insert(text.values.end(), values.begin(), values.end());
    return bitcoin::encode_bech32(text);
}

void read(const std::string& text) {
    auto invoice = payment::decode_invoice(text, nullptr);
    if (!invoice) return;
    (void)invoice->is_expired(UnixTime(0));
    for (const auto& script : invoice->fallbacks)
        (void)bitcoin::address_of(script, invoice->network);
    // A key named by the invoice is not the one that signs here.
    invoice->names_payee = false;
    const auto written = payment::encode_invoice(*invoice, sign);
    // Only our own limit on the length may stand against it: defaults that were left out are not
    // written either.
    if (!written) {
        require(written.error() == payment::InvoiceError::too_long);
        return;
    }
    const auto again = payment::decode_invoice(*written, &params_of(invoice->network));
    require(again.has_value());
    invoice->payee = again->payee;
    require(*again == *invoice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    if (data[0] == 'l' || data[0] == 'L') {
        read(std::string(reinterpret_cast<const char*>(data), size));
    } else {
        read(sealed({data, size}));
    }
    return 0;
}
