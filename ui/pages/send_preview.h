// SendPreview: sending coins to an address on the chain: how much (or everything), how soon, what
// it costs exactly, what stays and why. The figures are the core's quote, asked for anew whenever
// the wishes or the wallet's coins change; the wish that leaves here is the one that was quoted,
// and not a satoshi more in fees.
#pragma once

#include "ui/format/figures.h"
#include "ui/models/wallet_model.h"
#include "ui/widgets/card.h"

#include <QTimer>

class QCheckBox;

namespace runnel::ui {

class AmountEdit;
class AmountLabel;
class Banner;
class Button;
class Choice;
class CueLine;
class Facts;
class Text;

/// What was confirmed, with what was said about it.
struct Sending {
    api::OnchainTarget target;
    api::SendOnchain wish;
    api::SendQuote quote;
    api::Pace pace = api::Pace::normal;
};

class SendPreview : public Card {
    Q_OBJECT
public:
    explicit SendPreview(WalletModel& wallet, QWidget* parent = nullptr);
    /// The address can be paid (it has no problem). `lightning` says why the chain and not
    /// Lightning, where both were offered; `choice`: the person may still choose.
    void set(const api::OnchainTarget& target, const QString& lightning = {}, bool choice = false);
    /// It was sent: what was typed for it is not meant for the next one.
    void forget();
    /// What was typed and chosen for it, for the same address elsewhere.
    struct Typed {
        QString amount{};
        bool all = false;
        api::Pace pace = api::Pace::normal;
    };
    Typed typed() const;
    void resume(const Typed& typed);

signals:
    void confirmed(const runnel::ui::Sending& sending);
    void wantsLightning();

private:
    QWidget* buildAmount();
    QWidget* buildPaces();
    void ask();
    void show(const Result<api::SendQuote, api::Problem>& quote);
    void showTarget();
    void confirm();
    QString firstConfirmation() const;
    api::Pace pace() const;

    WalletModel& m_wallet;
    CueLine* m_lightning;
    Text* m_amount_title;
    AmountLabel* m_amount;
    QWidget* m_amount_row;
    AmountEdit* m_amount_edit;
    QCheckBox* m_all;
    Text *m_address, *m_before;
    Facts *m_who, *m_facts;
    CueLine* m_own;
    std::array<Choice*, 3> m_paces{};
    Banner* m_problem;
    Button *m_send, *m_other;
    QTimer m_soon;
    quint64 m_asked = 0;
    api::OnchainTarget m_target;
    std::optional<Sending> m_quoted;  ///< What the button would send.
    QuoteTerms m_terms;               ///< Of the last question, too.
    api::Balance m_balance;           ///< Of the last question.
};

}  // namespace runnel::ui
