// PracticeDoors: the practice network's verbs as the window knows them (api::Practice), over the
// ones that runneld's socket has.
#pragma once

#include "app/practice/verbs.h"
#include "core/api/practice.h"

#include <mutex>

namespace runnel::app {

class PracticeDoors final : public api::Practice {
public:
    /// `node` is the wallet's, on this io_context's thread; `directory` the wallet's.
    PracticeDoors(boost::asio::io_context& io, api::NodeApi& node,
                  const std::filesystem::path& directory);

    void peers(Done<std::vector<api::PracticePeer>> done) override;
    void faucet(Sat amount, Done<Txid> done) override;
    void mine(std::uint32_t blocks, Done<BlockHeight> done) override;
    void invoice(Msat amount, bool through_hub, Done<std::string> done) override;
    void refund(std::string bolt11, Done<Msat> done) override;
    void open_to_me(Sat amount, Done<Txid> done) override;
    void on_state(api::OnPracticeState what) override;

    /// How it stands now. From any thread, one at a time.
    void tell(const api::PracticeState& state);

    /// As Verbs::call and Verbs::reconnect.
    practice::Verbs& verbs() { return m_verbs; }

private:
    practice::Verbs m_verbs;
    std::mutex m_mutex;
    api::PracticeState m_state;
    api::OnPracticeState m_on_state;
};

}  // namespace runnel::app
