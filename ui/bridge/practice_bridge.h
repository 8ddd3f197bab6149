// PracticeBridge: the practice network's verbs for the window: the same hop as Bridge, for coins
// that are worth nothing.
#pragma once

#include "core/api/practice.h"
#include "ui/bridge/bridge.h"

#include <QObject>

#include <functional>
#include <vector>

namespace runnel::ui {

class PracticeBridge : public QObject {
    Q_OBJECT
public:
    template <typename T>
    using Answer = std::function<void(const Result<T, api::Problem>&)>;

    /// `practice` outlives it.
    explicit PracticeBridge(api::Practice& practice, QObject* parent = nullptr)
        : QObject(parent), m_practice(practice) {}

    void peers(QObject* context, Answer<std::vector<api::PracticePeer>> answer) {
        m_practice.peers(hop(context, std::move(answer)));
    }
    void faucet(Sat amount, QObject* context, Answer<Txid> answer) {
        m_practice.faucet(amount, hop(context, std::move(answer)));
    }
    void mine(std::uint32_t blocks, QObject* context, Answer<BlockHeight> answer) {
        m_practice.mine(blocks, hop(context, std::move(answer)));
    }
    void invoice(Msat amount, bool through_hub, QObject* context, Answer<std::string> answer) {
        m_practice.invoice(amount, through_hub, hop(context, std::move(answer)));
    }
    void refund(std::string bolt11, QObject* context, Answer<Msat> answer) {
        m_practice.refund(std::move(bolt11), hop(context, std::move(answer)));
    }
    void openToMe(Sat amount, QObject* context, Answer<Txid> answer) {
        m_practice.open_to_me(amount, hop(context, std::move(answer)));
    }

    /// At once how it stands, then each change; `context` is the only one that hears of it.
    void watch(QObject* context, std::function<void(const api::PracticeState&)> changed) {
        m_practice.on_state([context = QPointer<QObject>(context),
                             changed = std::move(changed)](const api::PracticeState& state) {
            hopTo(context, [state, changed] { changed(state); });
        });
    }

private:
    template <typename T>
    static api::Practice::Done<T> hop(QObject* context, Answer<T> answer) {
        return [context = QPointer<QObject>(context),
                answer = std::move(answer)](Result<T, api::Problem> result) {
            auto said = std::make_shared<const Result<T, api::Problem>>(std::move(result));
            hopTo(context, [said, answer] { answer(*said); });
        };
    }
    api::Practice& m_practice;
};

}  // namespace runnel::ui
