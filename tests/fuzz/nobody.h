// A node that has nothing: one channel without an id, no payments, and an answer at once to
// whatever it is told to do. What stands behind a protocol while that is fuzzed; targets say what
// each command is answered, and what may not reach it.
#pragma once

#include "core/api/node_api.h"

namespace runnel::fuzz {

class Nobody : public api::NodeApi {
public:
    Nobody() {
        auto picture = std::make_shared<api::Snapshot>();
        api::ChannelView channel;
        channel.short_channel_id = ShortChannelId::make(1, 2, 3);
        picture->channels = {channel};
        m_picture = picture;
    }
    api::SnapshotPtr snapshot() const override { return m_picture; }
    Result<api::Inspection, api::Problem> inspect(const std::string&,
                                                  const std::optional<Msat>&) const override {
        return fail(api::Problem{api::ProblemKind::malformed, {}});
    }
    Result<api::OpenQuote, api::Problem> quote(const api::AskOpen&) const override {
        return fail(api::Problem{api::ProblemKind::busy, {}});
    }
    Result<api::CloseQuote, api::Problem> quote(const api::AskClose&) const override {
        return fail(api::Problem{api::ProblemKind::busy, {}});
    }
    Result<api::SendQuote, api::Problem> quote(const api::AskSend&) const override {
        return fail(api::Problem{api::ProblemKind::busy, {}});
    }
    std::shared_ptr<void> observe(api::OnPicture) override { return nullptr; }
    std::vector<api::PaymentView> payments(const api::ListRequest&) const override { return {}; }
    std::optional<api::PaymentView> payment(const PaymentHash&) const override {
        return std::nullopt;
    }
    std::vector<api::TransactionView> transactions(const api::ListRequest&) const override {
        return {};
    }
    std::shared_ptr<void> subscribe(api::OnNotice) override { return nullptr; }

private:
    api::SnapshotPtr m_picture;
};

}  // namespace runnel::fuzz
