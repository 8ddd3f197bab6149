// Receive: an invoice or an address, its QR code large, and the money arriving in sight. Says how
// much can be received and why.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/widgets/page.h"

#include <QTimer>

class QLineEdit;

namespace runnel::ui {

class AmountEdit;
class Banner;
class Button;
class Card;
class CopyField;
class CueLine;
class QrView;
class Text;

class ReceivePage : public Page {
    Q_OBJECT
public:
    explicit ReceivePage(WalletModel& wallet, QWidget* parent = nullptr);
    void showAddress();
    void showInvoice();
    /// What stands there to be paid, or was: an invoice, an address and what came to it. And what
    /// is typed for an invoice that is not made yet.
    struct Place {
        std::optional<PaymentHash> invoice{};
        bool is_address = false;  ///< The address is what is shown, not the invoice.
        QString address{};        ///< Empty: none was made yet.
        std::vector<api::CoinsReceived> came{};
        std::optional<Sat> gone{};
        QString amount{}, description{};
    };
    Place place() const;
    void resume(const Place& place);

signals:
    void said(const QString& sentence);

private:
    void buildChoice();
    void buildInvoice();
    void buildAddress();
    void refresh();
    /// Beside an invoice: that nothing can be received now at all.
    void sayHeld();
    void makeInvoice();
    void makeAddress();
    void putAddress(const QString& address);
    /// Only what there is to show of it.
    void showAddressParts();
    /// What the shown invoice waits for, and how long still.
    void showWaiting();
    void invoiceMade(const api::InvoiceMade& made, std::optional<Msat> amount);
    void arrived(Msat amount);
    /// Nobody pays the shown invoice any more. Whoever had asked the shop to goes on with another.
    void hideRefund();
    void refundWanted();
    void coinsCame(const api::CoinsReceived& came);
    void coinsWent(const std::vector<Txid>& dropped);
    /// True if any of them stood there.
    bool forgetCoins(const std::vector<Txid>& txids);
    void showCoins();
    /// Whether what was seen on its way is in a block by now.
    void lookAtSeen();

    WalletModel& m_wallet;
    Button *m_lightning, *m_chain;
    QWidget *m_invoice, *m_address;
    // Invoice
    Text* m_receivable;
    Text* m_opening_takes;
    AmountEdit* m_amount;
    QLineEdit* m_description;
    Button* m_make;
    Banner* m_problem;
    Card *m_form, *m_shown;
    QrView* m_qr;
    CopyField* m_text;
    CueLine* m_state;
    Text* m_shown_title;
    Button* m_refund = nullptr;
    Button* m_another;
    std::optional<PaymentHash> m_shown_hash, m_waiting_for;
    UnixTime m_expires;  ///< Of the shown invoice.
    QTimer m_tick;
    // Address
    Card* m_address_card;
    QrView* m_address_qr;
    CopyField* m_address_text;
    CueLine* m_address_state;
    Banner* m_address_problem;
    Button* m_fresh;
    bool m_has_address = false;
    bool m_says_held = false;                ///< What stands there is sayHeld()'s.
    std::vector<api::CoinsReceived> m_came;  ///< To the shown address; the last of them is shown.
    std::optional<Sat> m_gone;               ///< Were seen on their way there and are not any more.
};

}  // namespace runnel::ui
