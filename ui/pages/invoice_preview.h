// InvoicePreview: who gets how much over Lightning at what cost, and the button that pays it. Shows
// what the core has found out about an invoice, and of one that leaves the amount open what it
// says of the amount that is typed; where a link offers the chain too, that is the other choice.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/widgets/card.h"

#include <QTimer>

namespace runnel::ui {

class AmountEdit;
class AmountLabel;
class Banner;
class Button;
class Facts;
class Text;

class InvoicePreview : public Card {
    Q_OBJECT
public:
    explicit InvoicePreview(WalletModel& wallet, QWidget* parent = nullptr);
    void set(const api::Inspection& looked);
    /// The payee has another name now.
    void reword();
    /// The amount as it was typed, for the same invoice elsewhere.
    QString typed() const;
    void resume(const QString& typed);
    /// Where the keyboard goes on: the button, or the amount that is missing; null when it cannot
    /// be paid.
    QWidget* wayOn() const;
    /// Nothing stands against paying it, or only the amount is missing.
    static bool isPayable(const api::Inspection& looked);

signals:
    void pay(const runnel::api::Pay& wish, runnel::Msat amount);
    void wantsChain();

protected:
    void showEvent(QShowEvent* event) override;

private:
    std::optional<Msat> amount() const;
    void refresh();
    void refreshHint();
    /// Asks the core about the amount that is typed.
    void judge();
    void post();

    WalletModel& m_wallet;
    AmountLabel* m_amount;
    QWidget* m_amount_row;
    AmountEdit* m_amount_edit;
    Text* m_amount_hint;
    Facts* m_facts;
    Button* m_pay;
    QWidget* m_other;
    Banner* m_problem;
    QTimer m_soon;
    quint64 m_asked = 0;
    api::Inspection m_looked;
    /// What the core says of an amount that was typed. The last word on the one before stands until
    /// there is a newer one.
    struct Judged {
        Msat amount;
        std::optional<api::Problem> problem;
        std::optional<Msat> fee;
    };
    std::optional<Judged> m_judged;
};

}  // namespace runnel::ui
