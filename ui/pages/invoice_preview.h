// InvoicePreview: who gets how much over Lightning at what cost, and the button that pays it. Shows
// what the core has found out about an invoice; where a link offers the chain too, that is the
// other choice.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/widgets/card.h"

namespace runnel::ui {

class AmountEdit;
class AmountLabel;
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
    /// Where the keyboard goes on: the button, or the amount that is missing; null when it cannot
    /// be paid.
    QWidget* wayOn() const;
    /// Nothing stands against paying it, or only the amount is missing.
    static bool isPayable(const api::Inspection& looked);

signals:
    void pay(const runnel::api::Pay& wish, runnel::Msat amount);
    void wantsChain();

private:
    std::optional<Msat> amount() const;
    void refresh();
    void post();

    WalletModel& m_wallet;
    AmountLabel* m_amount;
    QWidget* m_amount_row;
    AmountEdit* m_amount_edit;
    Text* m_amount_hint;
    Facts* m_facts;
    Button* m_pay;
    QWidget* m_other;
    api::Inspection m_looked;
};

}  // namespace runnel::ui
